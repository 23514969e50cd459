using System.CommandLine;
using System.CommandLine.Parsing;

namespace ReflectionCoder.Samples.CompareRuns;

/// <summary>The command's options, and what they say.</summary>
internal sealed class CompareRunsArguments
{
    private readonly Option<string[]> runs = new("--runs")
    {
        Description = "The runs: a name for each, and its file of metrics, which FineTune writes.",
        HelpName = "NAME=FILE",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string[]> evaluations = new("--evaluations")
    {
        Description = "Reports (.json) of Evaluate, whose pass@1 is shown beside the runs. A name may be that of a run.",
        HelpName = "NAME=FILE",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> tasks = new("--tasks")
    {
        Description = "Task file of the evaluations: one task that they answered differently is printed with its answers.",
        HelpName = "FILE",
    };

    private readonly Option<string> output = new("--output")
    {
        Description = "The page to write (.html).",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<string?> title = new("--title") { Description = "The page's title.", HelpName = "TEXT" };

    /// <summary>Makes the command, which lacks only its action.</summary>
    public RootCommand CreateCommand()
    {
        runs.Validators.Add(CheckFiles);
        evaluations.Validators.Add(CheckFiles);
        RootCommand root = new("Writes a page with the curves of training runs, and prints what they measured first and last.")
        {
            runs,
            evaluations,
            tasks,
            output,
            title,
        };
        root.Validators.Add(CheckOutput);
        root.Validators.Add(result =>
        {
            if (result.GetValue(tasks) is not null && (result.GetValue(evaluations) ?? []).Length == 0)
            {
                result.AddError("--tasks goes with --evaluations.");
            }
        });
        return root;
    }

    public CompareRunsSettings Read(ParseResult result) =>
        new()
        {
            Runs = FilesOf(result.GetRequiredValue(runs)),
            Evaluations = FilesOf(result.GetValue(evaluations) ?? []),
            TasksFile = result.GetValue(tasks),
            Output = result.GetRequiredValue(output),
            Title = result.GetValue(title),
        };

    private static NamedFile[] FilesOf(IEnumerable<string> texts) => [.. texts.Select(NamedFile.Parse).OfType<NamedFile>()];

    /// <summary>What can be said of the files before any is read.</summary>
    private static void CheckFiles(OptionResult result)
    {
        HashSet<string> names = [];
        foreach (string text in result.Tokens.Select(token => token.Value))
        {
            if (NamedFile.Parse(text) is not { } file)
            {
                result.AddError($"{result.Option.Name} takes NAME=FILE, not '{text}'.");
            }
            else if (!names.Add(file.Name))
            {
                result.AddError($"{result.Option.Name} has the name '{file.Name}' twice.");
            }
            else if (Directory.Exists(file.Path))
            {
                result.AddError($"{result.Option.Name} takes files; '{file.Path}' is a folder.");
            }
        }
    }

    private void CheckOutput(CommandResult result)
    {
        if (result.GetResult(output)?.Tokens is not [{ Value: { Length: > 0 } path }])
        {
            return; // the parser says so itself
        }

        if (Directory.Exists(path))
        {
            result.AddError($"{output.Name} must be a file; '{path}' is a folder.");
        }

        foreach (Option<string[]> option in (Option<string[]>[])[runs, evaluations])
        {
            IEnumerable<string> texts = result.GetResult(option)?.Tokens.Select(token => token.Value) ?? [];
            if (FilesOf(texts).FirstOrDefault(file => Path.GetFullPath(file.Path) == Path.GetFullPath(path)) is { } input)
            {
                result.AddError($"{output.Name} would replace '{input.Path}', which {option.Name} reads.");
            }
        }
    }
}
