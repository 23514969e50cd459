using System.Text.Json;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Answers;
using ReflectionCoder.Evaluation.Benchmarks;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Samples.Recipes;

/// <summary>A benchmark of one's own: shell scripts that print something, judged by what they print.</summary>
internal static class OwnBenchmark
{
    /// <summary>Reads the files: a line a problem, here <c>{"id", "task", "input", "output"}</c>.</summary>
    private sealed class ShellBenchmark : IBenchmark
    {
        public string Name => "shell";

        public async Task<IReadOnlyList<EvaluationProblem>> ReadAsync(string path, CancellationToken cancellationToken = default)
        {
            List<EvaluationProblem> problems = [];
            await foreach (string line in File.ReadLinesAsync(path, cancellationToken))
            {
                using JsonDocument problem = JsonDocument.Parse(line);
                problems.Add(
                    new EvaluationProblem
                    {
                        TaskId = Text("id"),
                        Instruction = $"Write a shell script. {Text("task")}",
                        AnswerPrefix = "```bash\n",
                        // No further texts end an answer: those of the default are Python's.
                        Extractor = new PaperAnswerExtractor(stops: []),
                        Tests = new PrintsTests(Text("input"), Text("output")),
                    }
                );

                string Text(string name) => problem.RootElement.GetProperty(name).GetString()!;
            }

            return problems;
        }
    }

    /// <summary>A solution is right if it prints the output, given the input.</summary>
    private sealed record PrintsTests(string Input, string Output) : IProblemTests
    {
        public string Language => "bash";

        public SandboxLimits DefaultLimits => EvaluatorOptions.LimitsFor(TimeSpan.FromSeconds(2));

        // A stored verdict holds as long as these are the same: the tests and, by a number that changes with it, the code below.
        public IReadOnlyList<string> Identity => ["prints 1", Input, Output];

        public async Task<Verdict> JudgeAsync(
            string code,
            ICodeSandbox sandbox,
            SandboxLimits limits,
            CancellationToken cancellationToken = default
        )
        {
            SandboxResult run = await sandbox.ExecuteAsync(new SandboxProgram(code, Language, Input), limits, cancellationToken);
            bool passed = run.Outcome == SandboxOutcome.Passed && run.StandardOutput.Trim() == Output;
            return new Verdict
            {
                // Time-outs, missing tools and a failing sandbox stay what they are.
                Outcome = !passed && run.Outcome == SandboxOutcome.Passed ? SandboxOutcome.Failed : run.Outcome,
                Details = run.Message ?? run.StandardError,
                Expected = passed ? null : Output,
                Actual = passed ? null : run.StandardOutput.Trim(),
                WallTime = run.WallTime,
            };
        }
    }

    /// <summary>Stands for a model: knows one of the two answers.</summary>
    private sealed class SmallModel : ICodeGenerator
    {
        public Task<string> GenerateAsync(string instruction, string answerPrefix = "", CancellationToken cancellationToken = default) =>
            Task.FromResult("sort | head -n 1\n```\nThis prints the first line in order.");
    }

    public static async Task RunAsync(string[] args)
    {
        string path = args is [var first, ..] ? first : "out/recipes/shell.jsonl";
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        await File.WriteAllLinesAsync(
            path,
            [
                """{"id":"shell/1","task":"Print the first line of the input in alphabetical order.","input":"b\na\n","output":"a"}""",
                """{"id":"shell/2","task":"Print how many lines the input has.","input":"b\na\n","output":"2"}""",
            ]
        );
        IReadOnlyList<EvaluationProblem> problems = await new ShellBenchmark().ReadAsync(path);
        using BubblewrapSandbox sandbox = new();
        try
        {
            // Results come as the tests end.
            List<EvaluationResult> results = await new Evaluator(sandbox).EvaluateAsync(problems, new SmallModel()).ToListAsync();
            foreach (EvaluationResult result in results.OrderBy(result => result.TaskId, StringComparer.Ordinal))
            {
                string difference = result.Expected is null ? "" : $": expected {result.Expected}, got {result.Actual}";
                Console.WriteLine($"{result.TaskId} {result.Outcome}{difference}");
            }
        }
        catch (SandboxUnavailableException exception)
        {
            Console.WriteLine($"no sandbox: {exception.Message}");
        }
    }
}
