using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Benchmarks;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Benchmarks.Evaluation;

/// <summary>
/// What isolated judging costs: the published completions of a benchmark, judged here and by a stand-in for its own harness that isolates
/// nothing (stand_in.py), in turns; medians, and the median ratio.
/// </summary>
/// <remarks>
/// Both judge two completions at once. Neither reading nor starting nor the reference solutions count. Completions that reach a time limit
/// are left out, because waiting takes equally long everywhere.
/// </remarks>
internal static class EvaluationRace
{
    /// <summary>A task whose expected outputs take gigabytes in a process that keeps them.</summary>
    private static readonly string[] TooLarge = ["Mbpp/255"];

    private static readonly (string Benchmark, string Problems, string Completions)[] Sets =
    [
        ("humaneval", "humaneval/HumanEval.jsonl.gz", "completions/DS-6.7B.humaneval.jsonl"),
        ("humaneval-plus", "humanevalplus/HumanEvalPlus.jsonl.gz", "completions/DS-6.7B.humaneval.jsonl"),
        ("mbpp-plus", "mbppplus/MbppPlus.jsonl.gz", "completions/DS-6.7B.mbpp.jsonl"),
    ];

    /// <summary>Runs the rounds and prints a line for each benchmark.</summary>
    /// <param name="arguments">The number of rounds, the folder with the data, and the benchmarks; all may be left out.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        int rounds = arguments.Count > 0 ? int.Parse(arguments[0], System.Globalization.CultureInfo.InvariantCulture) : 5;
        string data = arguments.Count > 1 ? arguments[1] : Environment.GetEnvironmentVariable("REFLECTIONCODER_EVAL") ?? "../shared/eval";
        foreach ((string benchmark, string problems, string completions) in Sets)
        {
            if (arguments.Count <= 2 || arguments.Skip(2).Contains(benchmark))
            {
                await RaceAsync(benchmark, Path.Combine(data, problems), Path.Combine(data, completions), rounds);
            }
        }

        return 0;
    }

    private static async Task RaceAsync(string benchmark, string problemsFile, string completionsFile, int rounds)
    {
        using BubblewrapSandbox sandbox = new(
            new BubblewrapSandboxOptions
            {
                MaxConcurrency = 2,
                ForkPython = true,
                PreloadedModules = ["numpy"],
                PreloadedSources = JudgePrograms.PreloadedSources,
            }
        );
        Evaluator evaluator = new(sandbox, new EvaluatorOptions { MaxConcurrency = 2 });
        IReadOnlyList<EvaluationProblem> problems = await EvaluationBenchmarks.Find(benchmark).ReadAsync(problemsFile);
        IReadOnlyList<Completion> all = await CompletionReader.ReadAsync(completionsFile, problems);

        // The first time, the reference solutions run, too.
        List<EvaluationResult> first = await evaluator.EvaluateAsync(problems, all).ToListAsync();
        string[] leftOut = [.. first.Where(IsSlow).Select(result => result.TaskId).Concat(TooLarge)];
        Completion[] completions = [.. all.Where(completion => !leftOut.Contains(completion.TaskId))];
        Console.WriteLine($"{benchmark}: {completions.Length} completions; left out: {string.Join(", ", leftOut)}");

        string work = Path.GetTempFileName();
        try
        {
            Dictionary<string, EvaluationProblem> byId = problems.ToDictionary(problem => problem.TaskId);
            await File.WriteAllLinesAsync(
                work,
                completions.Select(completion => WorkOf(byId[completion.TaskId], completion).ToJsonString())
            );
            using Process standIn = Start(benchmark == "humaneval" ? "tests" : "inputs", work);
            List<(double Ours, double Theirs)> seconds = [];
            for (int round = -1; round < rounds; round++)
            {
                (double theirs, string[] passedThere) = await AskAsync(standIn);
                long started = Stopwatch.GetTimestamp();
                List<EvaluationResult> results = await evaluator.EvaluateAsync(problems, completions).ToListAsync();
                double ours = Stopwatch.GetElapsedTime(started).TotalSeconds;
                string[] passedHere =
                [
                    .. results.Where(result => result.Passed).Select(result => result.TaskId).Order(StringComparer.Ordinal),
                ];
                string[] differing = [.. passedHere.Except(passedThere).Concat(passedThere.Except(passedHere))];
                if (round < 0)
                {
                    Console.WriteLine($"  passed: {passedHere.Length}; judged otherwise by the stand-in: {string.Join(", ", differing)}");
                    continue;
                }

                seconds.Add((ours, theirs));
                Console.WriteLine(FormattableString.Invariant($"  ours {ours:F2} s, stand-in {theirs:F2} s, ratio {ours / theirs:F2}"));
            }

            double median = Median(seconds.Select(pair => pair.Ours));
            double medianThere = Median(seconds.Select(pair => pair.Theirs));
            double ratio = Median(seconds.Select(pair => pair.Ours / pair.Theirs));
            Console.WriteLine(FormattableString.Invariant($"  medians: ours {median:F2} s, stand-in {medianThere:F2} s, ratio {ratio:F2}"));
            standIn.Kill();
        }
        finally
        {
            File.Delete(work);
        }
    }

    private static bool IsSlow(EvaluationResult result) =>
        result.Outcome is SandboxOutcome.CpuTimeExceeded or SandboxOutcome.WallTimeExceeded;

    private static JsonObject WorkOf(EvaluationProblem problem, Completion completion)
    {
        if (problem.Tests is PythonTests code)
        {
            return new JsonObject
            {
                ["id"] = problem.TaskId,
                ["program"] = code.ProgramPrefix + completion.Code,
                ["test"] = code.Test,
            };
        }

        var tests = (FunctionTests)problem.Tests;
        return new JsonObject
        {
            ["id"] = problem.TaskId,
            ["program"] = tests.ProgramPrefix + completion.Code,
            ["reference"] = tests.ProgramPrefix + tests.ReferenceSolution,
            ["entry"] = tests.EntryPoint,
            ["base"] = tests.BaseInputs,
            ["plus"] = tests.PlusInputs ?? "[]",
            ["forms"] = new JsonArray([.. tests.ArgumentForms.Select(form => (JsonNode)form.ToString())]),
            ["oracle"] = tests.Rules.Oracle.ToString(),
            ["atol"] = tests.Rules.AbsoluteTolerance,
        };
    }

    private static Process Start(string kind, string work)
    {
        ProcessStartInfo start = new("/usr/bin/python3")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "stand_in.py"));
        start.ArgumentList.Add(kind);
        start.ArgumentList.Add(work);
        start.Environment["PYTHONHASHSEED"] = "0";
        start.Environment["OMP_NUM_THREADS"] = "1";
        return Process.Start(start)!;
    }

    private static async Task<(double Seconds, string[] Passed)> AskAsync(Process standIn)
    {
        await standIn.StandardInput.WriteLineAsync("go");
        await standIn.StandardInput.FlushAsync();
        string line = await standIn.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The stand-in has ended.");
        using JsonDocument answer = JsonDocument.Parse(line);
        return (
            answer.RootElement.GetProperty("seconds").GetDouble(),
            [.. answer.RootElement.GetProperty("passed").EnumerateArray().Select(id => id.GetString()!)]
        );
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
