using ReflectionCoder.Configuration;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Reporting;
using ReflectionCoder.Files;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Generation;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sandbox.Languages;
using ReflectionCoder.Torch;
using Spectre.Console;
using static TorchSharp.torch;

namespace ReflectionCoder.Samples.Evaluate;

/// <summary>Reads, tests, counts, and says in one line what went wrong.</summary>
internal static class EvaluateRun
{
    public static async Task<int> ExecuteAsync(EvaluateSettings settings, StopSignal stop)
    {
        try
        {
            await EvaluateAsync(settings, stop.Token);
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"Stopped. The same command goes on with what {settings.Results} holds.");
            return stop.ExitCode;
        }
        catch (Exception exception)
        {
            // Which parameter of which method it was says nothing to whoever gave a command.
            string parameter = exception is ArgumentException { ParamName: { } name } ? $" (Parameter '{name}')" : "";
            string message = parameter.Length > 0 ? exception.Message.Replace(parameter, "", StringComparison.Ordinal) : exception.Message;
            await Console.Error.WriteLineAsync("error: " + message.ReplaceLineEndings(" "));
            return ExitCode.Failed;
        }
    }

    private static async Task EvaluateAsync(EvaluateSettings settings, CancellationToken cancellation)
    {
        // What is wrong with any of the files shall be known before the work, not after.
        EvaluationReport? earlier = settings.Compare is { } path ? await EvaluationReport.ReadAsync(path, cancellation) : null;
        IReadOnlyList<EvaluationProblem> all = await settings.Benchmark.ReadAsync(settings.Problems, cancellation);
        IReadOnlyList<EvaluationProblem> problems = Choose(settings, all);
        CheckComparable(settings, earlier, problems);
        CompletionFile? given = settings.Completions is null
            ? null
            : await CompletionReader.ReadFileAsync(settings.Completions, all, cancellation);
        List<EvaluationResult> results = given is null
            ? await AnswerAsync(settings, problems, cancellation)
            : await TestAsync(settings, given, problems, cancellation);
        var report = EvaluationReport.Create(
            problems,
            results,
            new EvaluationReportOptions
            {
                Benchmark = settings.Benchmark.Name,
                Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(settings.Adapter ?? settings.Model ?? settings.Completions!)),
                K = settings.K,
                Limits = settings.Evaluator.Limits,
                Extractor = given is null ? settings.Evaluator.Extractor?.Name : null,
                Malformed = given?.Malformed ?? [],
            }
        );
        if (earlier is not null)
        {
            report = report.CompareWith(earlier);
        }

        string page = await report.WriteAsync(settings.Report, cancellation);
        ResultTable.Write(report);
        AnsiConsole.WriteLine($"Report: {settings.Report}, {page}");
    }

    private static IReadOnlyList<EvaluationProblem> Choose(EvaluateSettings settings, IReadOnlyList<EvaluationProblem> all)
    {
        SandboxLanguage? known = SandboxLanguages.All.FirstOrDefault(one =>
            one.Name == settings.Language || one.Aliases.Contains(settings.Language)
        );
        string? language = known?.Name ?? settings.Language;
        EvaluationProblem[] problems =
        [
            .. all.Where(problem => settings.Split is null || problem.Split == settings.Split)
                .Where(problem => language is null || problem.Tests.Language == language)
                .Select(problem => settings.AnswerPrefix is { } prefix ? problem with { AnswerPrefix = prefix } : problem),
        ];
        string part = settings.Split is null ? "" : $" of the part '{settings.Split}'";
        string written = language is null ? "" : $" in the language '{language}'";
        return problems.Length > 0 ? problems : throw new DataFormatException(settings.Problems, 0, $"has no problem{part}{written}");
    }

    /// <summary>Says it before the work, not after.</summary>
    private static void CheckComparable(EvaluateSettings settings, EvaluationReport? earlier, IReadOnlyList<EvaluationProblem> problems)
    {
        if (earlier is { Benchmark.Length: > 0 } && earlier.Benchmark != settings.Benchmark.Name)
        {
            string names = $"'{earlier.Benchmark}', not of '{settings.Benchmark.Name}'";
            throw new DataFormatException(settings.Compare!, 0, $"is a report of the benchmark {names}");
        }

        if (earlier is not null && !earlier.Tasks.Select(task => task.TaskId).Intersect(problems.Select(problem => problem.TaskId)).Any())
        {
            throw new DataFormatException(settings.Compare!, 0, "has none of the problems that were chosen");
        }
    }

    private static async Task<List<EvaluationResult>> TestAsync(
        EvaluateSettings settings,
        CompletionFile given,
        IReadOnlyList<EvaluationProblem> problems,
        CancellationToken cancellation
    )
    {
        foreach (MalformedLine line in given.Malformed)
        {
            await Console.Error.WriteLineAsync($"warning: {settings.Completions}({line.Line}): {Shorten(line.Error)}");
        }

        HashSet<string> wanted = [.. problems.Select(problem => problem.TaskId)];
        Completion[] completions = [.. given.Completions.Where(completion => wanted.Contains(completion.TaskId))];
        if (completions.Length == 0)
        {
            throw new DataFormatException(settings.Completions!, 0, "has no completion for the problems that were chosen");
        }

        CheckCounts(settings.K, completions.GroupBy(completion => completion.TaskId).Min(group => group.Count()));
        return await CollectAsync(
            settings,
            completions.Length,
            evaluator => evaluator.EvaluateAsync(problems, completions, settings.Results, cancellation),
            cancellation
        );
    }

    private static async Task<List<EvaluationResult>> AnswerAsync(
        EvaluateSettings settings,
        IReadOnlyList<EvaluationProblem> problems,
        CancellationToken cancellation
    )
    {
        CheckCounts(settings.K, settings.Evaluator.SamplesPerTask);
        InvalidOptionsException.ThrowIfAny(nameof(GenerationOptions), settings.Generation.FindErrors());
        TorchRuntime.EnsureAvailable();
        set_num_threads(settings.Threads);
        using PretrainedModel pretrained = Load(settings, cancellation);
        settings = settings with { Evaluator = settings.Evaluator with { Generator = Describe(settings, pretrained) } };
        using TextGenerator generator = new(pretrained.Model, pretrained.Tokenizer, settings.Generation);
        return await CollectAsync(
            settings,
            problems.Count * settings.Evaluator.SamplesPerTask,
            evaluator => evaluator.EvaluateAsync(problems, generator, settings.Results, cancellation),
            cancellation
        );
    }

    /// <summary>Names model and sampling: answers of others, which the results file may hold, are not taken for this one's.</summary>
    private static string Describe(EvaluateSettings settings, PretrainedModel pretrained)
    {
        GenerationOptions sampling = settings.Generation;
        string drawn = $"{sampling.MaxNewTokens} {sampling.Temperature} {sampling.TopP} {sampling.TopK} {sampling.Seed}";
        return string.Join('\n', pretrained.GetFingerprint(), settings.Dtype ?? "as stored", drawn);
    }

    private static PretrainedModel Load(EvaluateSettings settings, CancellationToken cancellation)
    {
        using LoadingLine line = new();
        var options = new PretrainedModelOptions
        {
            Directory = settings.Model!,
            Adapter = settings.Adapter,
            Device = settings.Device,
            Dtype = settings.Dtype,
        };
        PretrainedModel pretrained = PretrainedModel.Load(options, line, cancellation);
        line.ShowDtype(pretrained.Model, settings.Dtype);
        return pretrained;
    }

    private static async Task<List<EvaluationResult>> CollectAsync(
        EvaluateSettings settings,
        int count,
        Func<Evaluator, IAsyncEnumerable<EvaluationResult>> evaluate,
        CancellationToken cancellation
    )
    {
        List<EvaluationResult> results = [];
        using IDisposable sandbox = await SandboxChoice.OpenAsync(settings.Unisolated, settings.Evaluator.MaxConcurrency, cancellation);
        IAsyncEnumerable<EvaluationResult> stream = evaluate(new Evaluator((ICodeSandbox)sandbox, settings.Evaluator));
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            await foreach (EvaluationResult result in stream)
            {
                results.Add(result);
            }

            return results;
        }

        await AnsiConsole
            .Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                ProgressTask task = context.AddTask("", maxValue: count);
                await foreach (EvaluationResult result in stream)
                {
                    results.Add(result);
                    task.Increment(1);
                    task.Description = $"{results.Count}/{count} tested, {results.Count(one => one.Passed)} passed";
                }
            });
        return results;
    }

    /// <summary>What a file holds, such as a task's id, may be long and move the cursor of a terminal.</summary>
    private static string Shorten(string text)
    {
        const int Most = 300;
        string start = text.Length > Most ? text[..Most] + "…" : text;
        return string.Concat(start.Select(character => char.IsControl(character) ? '?' : character));
    }

    /// <summary>Says it before the work, not after.</summary>
    private static void CheckCounts(IReadOnlyList<int> k, int samples)
    {
        if (k.Max() > samples)
        {
            throw new ArgumentException($"pass@{k.Max()} needs {k.Max()} samples of each problem; there are {samples}.");
        }
    }
}
