using System.CommandLine;
using ReflectionCoder.Construction.Runs;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Reporting;
using ReflectionCoder.Samples.ReasoningTasks.Verification;

namespace ReflectionCoder.Samples.ReasoningTasks;

/// <summary>The commands.</summary>
internal sealed class ReasoningCommands
{
    private readonly Option<string> output = new("--output")
    {
        Description = "Folder to write.",
        HelpName = "DIR",
        Required = true,
    };
    private readonly Option<long> seed = new("--seed")
    {
        Description = "Seed of every choice; equal seeds give equal bytes.",
        DefaultValueFactory = _ => 3407L,
    };
    private readonly Option<int> train = OptionRanges.Count("--train", "Training problems, of one to three events.", 500);
    private readonly Option<int> heldOut = OptionRanges.CountOrNone(
        "--held-out",
        "Held-out problems: pairs or numbers of events that no training one has.",
        150
    );
    private readonly Option<int> instructions = OptionRanges.Count(
        "--instructions",
        "Further training problems with their derivations.",
        4000
    );
    private readonly Option<int> corpus = OptionRanges.Count("--corpus", "Samples to pretrain on.", 45_000);
    private readonly Option<string> tasks = new("--tasks")
    {
        Description = "File of problems, as the command data writes it.",
        HelpName = "FILE",
        Required = true,
    };
    private readonly Option<string> completions = new("--completions")
    {
        Description = "{\"task_id\",\"completion\"} lines to judge: derivations without fences.",
        HelpName = "FILE",
        Required = true,
    };
    private readonly Option<string?> report = new("--report")
    {
        Description = "JSON file for the report; a page (.html) goes beside it.",
        HelpName = "FILE",
    };

    public ReasoningCommands(StopSignal stop)
    {
        Command data = new("data", "Writes problems, reflection sequences over them, plain samples and a corpus to pretrain on.")
        {
            output,
            seed,
            train,
            heldOut,
            instructions,
            corpus,
        };
        data.SetAction(result =>
            ExecuteAsync(
                stop,
                async token =>
                {
                    DataSizes sizes = new(
                        result.GetValue(train),
                        result.GetValue(heldOut),
                        result.GetValue(instructions),
                        result.GetValue(corpus)
                    );
                    string folder = result.GetRequiredValue(output);
                    ConstructionSummary summary = await DataFolder.WriteAsync(folder, sizes, result.GetValue(seed), token);
                    Console.WriteLine(
                        $"{folder}: {sizes.Train} and {sizes.HeldOut} problems, {summary.TrainSequences} and {summary.HeldOutSequences} "
                            + $"sequences, {sizes.Instructions} plain samples, {sizes.Corpus} to pretrain on"
                    );
                }
            )
        );
        Command evaluate = new("evaluate", "Judges answers to problems by the verifier, and counts those that hold.")
        {
            tasks,
            completions,
            report,
        };
        evaluate.SetAction(result =>
            ExecuteAsync(
                stop,
                token => EvaluateAsync(result.GetRequiredValue(tasks), result.GetRequiredValue(completions), result.GetValue(report), token)
            )
        );
        Root = new RootCommand("Composes problems of arithmetic in several steps, whose derivations a verifier checks.") { data, evaluate };
    }

    public RootCommand Root { get; }

    private static async Task<int> ExecuteAsync(StopSignal stop, Func<CancellationToken, Task> work)
    {
        try
        {
            await work(stop.Token);
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            return stop.ExitCode;
        }
        catch (Exception exception) when (Failures.IsExpected(exception))
        {
            return Failures.Report(exception);
        }
    }

    private static async Task EvaluateAsync(string tasks, string completions, string? report, CancellationToken cancellationToken)
    {
        DerivationBenchmark benchmark = new();
        IReadOnlyList<EvaluationProblem> problems = await benchmark.ReadAsync(tasks, cancellationToken);
        CompletionFile file = await CompletionReader.ReadFileAsync(completions, problems, cancellationToken);
        List<EvaluationResult> results = await new Evaluator(new DerivationVerifier())
            .EvaluateAsync(problems, file.Completions, resultsPath: null, cancellationToken)
            .ToListAsync(cancellationToken);
        var summary = EvaluationReport.Create(
            problems,
            results,
            new EvaluationReportOptions { Benchmark = benchmark.Name, Malformed = file.Malformed }
        );
        Console.WriteLine(
            $"pass@1 {summary.PassAt1.Value:P1}: {summary.Passed} of {results.Count} answers to {summary.Total} problems hold"
        );
        foreach (EvaluationResult result in results.Where(one => !one.Passed).OrderBy(one => one.TaskId, StringComparer.Ordinal))
        {
            Console.WriteLine($"{result.TaskId}: {result.Details.TrimEnd().ReplaceLineEndings("; ")}");
        }

        if (report is not null)
        {
            Console.WriteLine($"Report: {report}, {await summary.WriteAsync(report, cancellationToken)}");
        }
    }
}
