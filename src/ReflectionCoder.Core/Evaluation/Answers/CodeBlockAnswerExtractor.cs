using System.Text.RegularExpressions;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Evaluation.Answers;

/// <summary>Extracts the code block that solves the problem from the answer of any chat model.</summary>
/// <remarks>
/// <para>An answer may continue a code fence that the prompt opened, be free text with blocks in it, or be plain code. Fences follow
/// CommonMark: of backticks or tildes, of any length, indented, or never closed. In Python, a fence within a string is code.</para>
/// <para>Of several blocks it takes the one that defines the entry points; else one in the problem's language that defines something, the
/// longest first. In Python it adds the blocks that define what this one needs.</para>
/// <para>If the entry points are known and defined, Python code loses what stands behind them and only tests, shows or starts something,
/// and a last statement that was cut off. What comes before a later definition stays.</para>
/// <para>Code that is no answer of a chat model comes back as it is, with line feeds at its lines' ends, and without blank lines before and
/// white space behind it.</para>
/// </remarks>
internal sealed class CodeBlockAnswerExtractor : IAnswerExtractor
{
    /// <summary>The name in commands.</summary>
    internal const string ShortName = "code-block";

    private static readonly CodeLanguage Python = new("python");

    /// <summary>What other models than this library's write where an answer ends.</summary>
    private static readonly string[] Ends = ["<|endoftext|>", "<|im_end|>", "<|EOT|>", "<|eot_id|>", "</s>", "<｜end▁of▁sentence｜>"];

    private readonly string[] entryPoints;

    /// <summary>Creates the extractor.</summary>
    /// <param name="entryPoints">
    /// The names that solutions define, for answers that come without a problem. The default value is null: not known. A problem brings its
    /// own (<see cref="Judging.IProblemTests.EntryPoints"/>).
    /// </param>
    public CodeBlockAnswerExtractor(IReadOnlyList<string>? entryPoints = null)
    {
        this.entryPoints = [.. entryPoints ?? []];
        Name = string.Join(' ', [ShortName, .. this.entryPoints]);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    /// <remarks>The answer is taken for Python.</remarks>
    public string Extract(string answer) => Extract(answer, Python, entryPoints, beginsFenced: false);

    /// <inheritdoc/>
    public string Extract(string answer, EvaluationProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        bool beginsFenced = problem.AnswerPrefix.Split('\n').Select(Fence.Find).OfType<Fence>().Count() % 2 == 1;
        IReadOnlyList<string> names = problem.Tests.EntryPoints.Count > 0 ? problem.Tests.EntryPoints : entryPoints;
        return Extract(answer, new CodeLanguage(problem.Tests.Language), names, beginsFenced);
    }

    /// <summary>Extracts code in a language, without a problem that names it.</summary>
    internal static string Extract(string answer, string language, IReadOnlyList<string> entryPoints) =>
        Extract(answer, new CodeLanguage(language), entryPoints, beginsFenced: false);

    private static string Extract(string answer, CodeLanguage language, IReadOnlyList<string> entryPoints, bool beginsFenced)
    {
        ArgumentNullException.ThrowIfNull(answer);
        answer = WithoutMarkers(answer).Replace("\r\n", "\n", StringComparison.Ordinal);
        try
        {
            return Cut(answer, language, entryPoints, beginsFenced);
        }
        catch (RegexMatchTimeoutException)
        {
            return answer.TrimEnd(); // megabytes that no model writes
        }
    }

    private static string Cut(string answer, CodeLanguage language, IReadOnlyList<string> entryPoints, bool beginsFenced)
    {
        IReadOnlyList<AnswerBlock> blocks = [.. AnswerBlockReader.Read(answer, language, beginsFenced).SelectMany(Open)];
        if (blocks.Count == 0)
        {
            blocks = [new AnswerBlock(answer.Split('\n'), "", IsFenced: false, IsClosed: false, "")];
        }

        IReadOnlyList<AnswerBlock> chosen = BlockChoice.Choose(blocks, language, entryPoints);
        string code = string.Join("\n\n", chosen.Select(CodeOf));
        return language.IsPython && entryPoints.Count > 0 ? new PythonCode(code).WithoutDemo(entryPoints) : code;

        // The whole answer may be a block of Markdown.
        IEnumerable<AnswerBlock> Open(AnswerBlock block)
        {
            IReadOnlyList<AnswerBlock> inner = block.Tag is "markdown" or "md" ? AnswerBlockReader.Read(block.Text, language, false) : [];
            return inner.Count > 0 ? inner : [block];
        }

        string CodeOf(AnswerBlock block) => block.IsFenced || !language.IsPython ? block.Text : new PythonCode(block.Text).WithoutProse();
    }

    private static string WithoutMarkers(string answer)
    {
        // A model that thinks aloud writes its answer behind its thoughts.
        const string Thought = "</think>";
        int thought = answer.LastIndexOf("\n" + Thought, StringComparison.Ordinal);
        if (thought < 0 && answer.StartsWith("<think>", StringComparison.Ordinal))
        {
            thought = answer.IndexOf(Thought, StringComparison.Ordinal) - 1;
        }

        answer = thought < 0 ? answer : answer[(thought + 1 + Thought.Length)..];
        foreach (string marker in MarkerText.All)
        {
            answer = answer.Replace(marker, "", StringComparison.Ordinal);
        }

        string trimmed = answer.TrimEnd();
        while (Ends.FirstOrDefault(end => trimmed.EndsWith(end, StringComparison.Ordinal)) is { } found)
        {
            answer = trimmed = trimmed[..^found.Length].TrimEnd();
        }

        return answer;
    }
}
