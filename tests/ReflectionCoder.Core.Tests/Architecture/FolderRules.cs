using System.Text.RegularExpressions;

namespace ReflectionCoder.Tests.Architecture;

/// <summary>Which folders of the packages may use which: the table of docs/architecture.md.</summary>
internal static partial class FolderRules
{
    public const string Core = "ReflectionCoder.Core";
    public const string Training = "ReflectionCoder.Training";

    public const string Languages = "ReflectionCoder.Languages";

    /// <summary>
    /// What every folder may use: the checks of options, the names of telemetry, reading and writing files, random numbers.
    /// </summary>
    private static readonly string[] Common = ["Configuration", "Diagnostics", "Files", "Randomness"];

    /// <summary>
    /// What a host's service collection gets: uses everything, and nothing uses it. The one folder that both packages have.
    /// </summary>
    private const string Hosting = "Hosting";

    /// <summary>What each folder of Core may use beside the common ones, closed under what those use.</summary>
    private static readonly Dictionary<string, string[]> CoreFolders = new()
    {
        ["Configuration"] = [],
        ["Diagnostics"] = [],
        ["Files"] = [],
        ["Randomness"] = [],
        ["Reports"] = [],
        ["Sequences"] = [],
        ["Sandbox"] = [],
        ["Tokenization"] = ["Sequences"],
        ["Masking"] = ["Tokenization"],
        ["SourceCode"] = [],
        ["Curation"] = ["Sequences", "SourceCode", "Tokenization", "Masking", "Reports"],
        ["Construction"] = ["Sequences", "Sandbox", "SourceCode", "Curation"],
        ["Evaluation"] = ["Sequences", "Sandbox", "Reports"],
    };

    private static readonly Dictionary<string, string[]> TrainingFolders = new()
    {
        ["Torch"] = [],
        ["Batching"] = ["Tokenization", "Masking"],
        ["Logits"] = [],
        ["Modeling"] = ["Torch", "Logits"],
        ["Losses"] = ["Logits"],
        ["Optimization"] = [],
        ["Safetensors"] = ["Torch"],
        ["Pretrained"] = ["Torch", "Modeling", "Safetensors", "Tokenization"],
        ["Gguf"] = ["Torch", "Modeling", "Safetensors", "Pretrained", "Tokenization"],
        ["Checkpointing"] = ["Pretrained", "Optimization"],
        ["Generation"] = ["Torch", "Modeling", "Tokenization", "Evaluation"],
        ["FineTuning"] = ["Batching", "Modeling", "Losses", "Optimization", "Checkpointing", "Evaluation", "Reports"],
        ["Scoring"] = ["FineTuning", "Generation"],
        ["OnPolicy"] = ["FineTuning", "Generation", "Construction"],
    };

    private static readonly Dictionary<string, string[]> LanguagesFolders = new() { ["Languages"] = ["Construction"] };

    /// <summary>The folders of a package, Hosting among them.</summary>
    public static IReadOnlyCollection<string> FoldersOf(string project) =>
        project == Languages ? LanguagesFolders.Keys : [.. (project == Core ? CoreFolders : TrainingFolders).Keys, Hosting];

    /// <summary>
    /// What a folder may use, its own namespace not counted; a folder that may use Masking sees the tokenized samples in its signatures.
    /// </summary>
    public static HashSet<string> AllowedFor(string project, string folder)
    {
        if (folder == Hosting)
        {
            return project == Core ? [.. CoreFolders.Keys] : [.. CoreFolders.Keys, .. TrainingFolders.Keys];
        }

        HashSet<string> reached = Common.Contains(folder) ? [] : [.. Common];
        Stack<string> open = new(DirectlyAllowedFor(folder));
        while (open.TryPop(out string? next))
        {
            if (reached.Add(next))
            {
                foreach (string further in DirectlyAllowedFor(next))
                {
                    open.Push(further);
                }
            }
        }

        return reached;
    }

    /// <summary>The uses in a source that the table forbids, one sentence each.</summary>
    /// <remarks>
    /// Names are read wherever they stand: in a <c>using</c>, plain, static or an alias, or in code, full (<c>ReflectionCoder.Losses.X</c>)
    /// or relative (<c>Losses.X</c>, which every file of ours can write). A <c>global using</c> and an alias of the root would let names
    /// pass unseen, so both are forbidden.
    /// </remarks>
    public static IEnumerable<string> Violations(string project, string folder, string source)
    {
        string code = CodeOnly.Of(source);
        HashSet<string> known = [.. FoldersOf(Core), .. FoldersOf(Training), .. FoldersOf(project)];
        HashSet<string> allowed = AllowedFor(project, folder);
        foreach (Match name in RootedName().Matches(code))
        {
            string used = name.Groups["folder"].Value;
            if (!known.Contains(used))
            {
                yield return $"names '{name.Value.ReplaceLineEndings(" ").Trim()}', which is no folder of the table";
            }
            else if (used != folder && !allowed.Contains(used))
            {
                yield return $"uses {used}";
            }
        }

        foreach (Match name in RelativeName().Matches(code))
        {
            string used = name.Groups["folder"].Value;
            if (known.Contains(used) && used != folder && !allowed.Contains(used))
            {
                yield return $"uses {used}";
            }
        }

        if (GlobalUsing().IsMatch(code))
        {
            yield return "holds a global using, which would reach every folder";
        }
    }

    private static string[] DirectlyAllowedFor(string folder) =>
        CoreFolders.GetValueOrDefault(folder) ?? TrainingFolders.GetValueOrDefault(folder) ?? LanguagesFolders[folder];

    [GeneratedRegex(@"\bReflectionCoder\b(\s*(\.|::)\s*(?<folder>\w+))?")]
    private static partial Regex RootedName();

    [GeneratedRegex(@"(?<!\.\s*|::\s*)\b(?<folder>[A-Z]\w*)\s*\.\s*\w")]
    private static partial Regex RelativeName();

    [GeneratedRegex(@"\bglobal\s+using\b")]
    private static partial Regex GlobalUsing();
}
