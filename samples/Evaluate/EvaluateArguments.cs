using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Answers;
using ReflectionCoder.Evaluation.Benchmarks;

namespace ReflectionCoder.Samples.Evaluate;

/// <summary>The command's options, and what they say.</summary>
internal sealed class EvaluateArguments
{
    private readonly Option<string> benchmark = new("--benchmark")
    {
        Description = "Which benchmark the problems are of.",
        DefaultValueFactory = _ => EvaluationBenchmarks.Tasks.Name,
    };

    private readonly Option<string> problems = new("--problems")
    {
        Description = "The benchmark's file: JSONL or a JSON array, plain or gzipped.",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<string?> split = new("--split")
    {
        Description = "Only the problems of this part, such as held_out.",
        HelpName = "NAME",
    };

    private readonly Option<string?> language = new("--language")
    {
        Description = "Only the problems in this programming language.",
        HelpName = "NAME",
    };

    private readonly Option<string?> completions = new("--completions")
    {
        Description = "{\"task_id\",\"completion\"} lines to test.",
        HelpName = "FILE",
    };

    private readonly Option<string?> model = new("--model") { Description = "Folder of a model whose answers to test.", HelpName = "DIR" };
    private readonly Option<string?> adapter = GenerationArguments.Adapter();
    private readonly Option<string> report = new("--report")
    {
        Description =
            "JSON file for the report; a page (.html) and the results so far (.results.jsonl), which are not run again, go beside it.",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<string?> compare = new("--compare")
    {
        Description = "An earlier report to compare with, task by task.",
        HelpName = "REPORT",
    };

    private readonly Option<string> k = new("--k")
    {
        Description = "Which pass@k to estimate.",
        HelpName = "K,K",
        DefaultValueFactory = _ => "1",
    };

    private readonly Option<int> workers = GenerationArguments.Positive(
        "--workers",
        Environment.ProcessorCount,
        "Programs tested at once."
    );
    private readonly Option<double?> timeout = new("--timeout")
    {
        Description =
            "Processor seconds of a test, which a busy machine doesn't shorten; it gets three times that and 5 s of wall-clock time. "
            + "The benchmark's own where left out.",
        HelpName = "S",
    };

    private readonly Option<int> samples = GenerationArguments.Positive("--samples-per-task", 1, "Answers to each problem.");
    private readonly Option<string?> extractor = new("--extractor")
    {
        Description = "How code is cut out of answers; as the benchmark's paper does where left out.",
        HelpName = "NAME",
    };

    private readonly Option<bool> unisolated = SandboxChoice.Unisolated();
    private readonly GenerationArguments generation = new();

    /// <summary>Makes the command, which lacks only its action.</summary>
    public RootCommand CreateCommand()
    {
        benchmark.AcceptOnlyFromAmong([.. EvaluationBenchmarks.All.Select(one => one.Name)]);
        extractor.AcceptOnlyFromAmong([.. AnswerExtractors.All.Select(one => one.Name)]);
        RootCommand root = new("Tests programs on a benchmark in a sandbox and estimates pass@k.")
        {
            benchmark,
            problems,
            split,
            language,
            completions,
            model,
            adapter,
            report,
            compare,
            k,
            workers,
            timeout,
            samples,
            extractor,
            unisolated,
        };
        generation.AddTo(root);
        root.Validators.Add(CheckIfParsed);
        return root;
    }

    public EvaluateSettings Read(ParseResult result) =>
        new()
        {
            Benchmark = EvaluationBenchmarks.Find(result.GetRequiredValue(benchmark)),
            Problems = result.GetRequiredValue(problems),
            Split = result.GetValue(split),
            Language = result.GetValue(language),
            Completions = result.GetValue(completions),
            Model = result.GetValue(model),
            Adapter = result.GetValue(adapter),
            Report = result.GetRequiredValue(report),
            Compare = result.GetValue(compare),
            K = ParseCounts(result.GetValue(k))!,
            Unisolated = result.GetValue(unisolated),
            AnswerPrefix = generation.HasAnswerPrefix(result) ? generation.AnswerPrefix(result) : null,
            Device = generation.Device(result),
            Dtype = generation.Dtype(result),
            Threads = generation.Threads(result),
            Evaluator = new EvaluatorOptions
            {
                MaxConcurrency = result.GetValue(workers),
                SamplesPerTask = result.GetValue(samples),
                Limits = result.GetValue(timeout) is { } seconds ? EvaluatorOptions.LimitsFor(TimeSpan.FromSeconds(seconds)) : null,
                Extractor = result.GetValue(extractor) is { } name ? AnswerExtractors.Find(name) : null,
            },
            Generation = generation.Read(result),
        };

    private void CheckIfParsed(CommandResult result)
    {
        try
        {
            Check(result);
        }
        catch (InvalidOperationException)
        {
            // An option lacks its value, or has one that is no number: the parser says so itself.
        }
    }

    private void Check(CommandResult result)
    {
        if (result.GetValue(completions) is null == result.GetValue(model) is null)
        {
            result.AddError("Give --completions FILE or --model DIR.");
        }
        else if (result.GetValue(adapter) is not null && result.GetValue(model) is null)
        {
            result.AddError("--adapter goes with --model.");
        }
        else if (result.GetValue(samples) > 1 && result.GetValue(model) is not null && generation.IsGreedy(result))
        {
            result.AddError("With --samples-per-task above 1, --temperature must be above 0: all samples would be the same.");
        }
        else if (result.GetValue(completions) is not null && result.GetResult(samples) is { Implicit: false })
        {
            result.AddError("--samples-per-task goes with --model; of --completions all are tested.");
        }
        else if (result.GetValue(completions) is not null && result.GetValue(extractor) is not null)
        {
            result.AddError("--extractor goes with --model; --completions are tested as they are.");
        }

        CheckFiles(result);
        if (result.GetValue(k) is { } counts && ParseCounts(counts) is null)
        {
            result.AddError("--k must be numbers of at least 1, such as 1,10.");
        }

        if (result.GetValue(timeout) is <= 0 or > 86400 or double.NaN)
        {
            result.AddError("--timeout must be above 0 and at most 86400 seconds.");
        }
    }

    /// <summary>What can be said of the files before any is read, so that no work is lost and no file that is read is replaced.</summary>
    private void CheckFiles(CommandResult result)
    {
        foreach (Option<string?> option in (Option<string?>[])[problems!, completions, compare])
        {
            if (result.GetValue(option) is { } input && Directory.Exists(input))
            {
                result.AddError($"{option.Name} must be a file; '{input}' is a folder.");
            }
        }

        if (result.GetValue(report) is not { } path)
        {
            return;
        }

        if (!path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || Directory.Exists(path))
        {
            result.AddError($"--report must be a file that ends in .json, not '{path}'.");
            return;
        }

        foreach (Option<string?> option in (Option<string?>[])[problems!, completions])
        {
            if (
                result.GetValue(option) is { Length: > 0 } input
                && new[] { ".json", ".html", ".results.jsonl" }.Any(ending =>
                    Path.GetFullPath(Path.ChangeExtension(path, ending)) == Path.GetFullPath(input)
                )
            )
            {
                result.AddError($"--report would replace the file of {option.Name}, '{input}'.");
            }
        }
    }

    private static int[]? ParseCounts(string? text)
    {
        int[] counts =
        [
            .. (text ?? "").Split(',').Select(part => int.TryParse(part, CultureInfo.InvariantCulture, out int count) ? count : 0),
        ];
        return counts.All(count => count > 0) ? counts : null;
    }
}
