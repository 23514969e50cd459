using ReflectionCoder.Checkpointing;
using ReflectionCoder.Configuration;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Modeling;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Scoring;
using ReflectionCoder.Tests.FineTuning;
using TorchSharp;

namespace ReflectionCoder.Tests.Scoring;

public sealed class CodeEvaluationCallbackTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Train_Metrics_AppearAtTheStartEveryFewStepsAndTheEnd()
    {
        Exam exam = new("----", "+---", "+t+c", "?+?+");
        StepLog log = new();
        using CausalLanguageModel model = TinyRun.Model();
        FineTuningOptions options = Options("out", exam.Callback(options => options with { AtStart = true, AtEnd = true, EverySteps = 2 }));
        TinyRun.Train(model, options with { MaxSteps = 5 }, progress: log);
        Assert.StartsWith(
            "{\"step\":0,\"eval_answers\":4,\"eval_passed\":0,\"eval_timed_out\":0,\"eval_not_judged\":0,\"eval_pass_at_1\":0}",
            File.ReadLines(folder["out/metrics.jsonl"]).First()
        );
        TrainingProgress[] measured = [.. log.Steps.Where(step => step.Metrics.Count > 0)];
        Assert.Equal([2L, 4L, 5L], measured.Select(step => step.Step));
        Assert.Equal([0.25, 0.5, 0.5], measured.Select(step => step.Metrics["eval_pass_at_1"]));
        Assert.Equal([1.0, 2, 2], measured.Select(step => step.Metrics["eval_passed"]));
        Assert.Equal([0.0, 2, 0], measured.Select(step => step.Metrics["eval_timed_out"]));
        Assert.Equal([0.0, 0, 2], measured.Select(step => step.Metrics["eval_not_judged"]));
    }

    [Fact]
    public void Train_AnswersSideBySideAndSamples_AreScoredByProblem()
    {
        // Two answers each: 2 of 2, 1 of 2, 0 and 0 give (1 + 0.5) / 4.
        Exam exam = new("+++-----") { Samples = 2 };
        StepLog log = new();
        using CausalLanguageModel model = TinyRun.Model();
        TinyRun.Train(model, Options("out", exam.Callback()) with { MaxSteps = 1 }, progress: log);
        Assert.Equal(0.375, log.Steps[0].Metrics["eval_pass_at_1"]);
        Assert.Equal(8, log.Steps[0].Metrics["eval_answers"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Train_WithEvaluation_EndsWithTheSameBytes(bool lora)
    {
        string[] weights =
        [
            .. new[] { false, true }.Select(evaluated =>
            {
                string output = evaluated ? "evaluated" : "plain";
                Exam exam = new("+---", "----", "++--", "++++");
                CodeEvaluationCallback callback = exam.Callback(options =>
                    options with
                    {
                        AtStart = true,
                        Generation = options.Generation with { Temperature = 1 },
                    }
                );
                FineTuningOptions options = Options(output, evaluated ? [callback] : []);
                using (CausalLanguageModel model = TinyRun.Model())
                {
                    TinyRun.Train(model, options with { MaxSteps = 3, Lora = lora ? TinyRun.Lora : null });
                }

                string file = lora ? "adapter_model.safetensors" : "model.safetensors";
                return Convert.ToHexString(File.ReadAllBytes(folder[$"{output}/{file}"]));
            }),
        ];
        Assert.Equal(weights[0], weights[1]);
    }

    [Fact]
    public void Train_Evaluated_LeavesNoTensor()
    {
        long before = LiveTensors.Count();
        Exam exam = new("+---", "++--");
        using (CausalLanguageModel model = TinyRun.Model())
        {
            TinyRun.Train(model, Options("out", exam.Callback()) with { MaxSteps = 2 });
        }

        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    [Theory]
    [InlineData(4)] // the first test of the second evaluation
    [InlineData(6)]
    public void Train_CancelledInsideAnEvaluation_KeepsTheStepAndItsLineAndTheBest(int number)
    {
        using CancellationTokenSource stop = new();
        Exam exam = new("+---", "++++", "++++")
        {
            Before = judged =>
            {
                if (judged == number)
                {
                    stop.Cancel();
                }
            },
        };
        using CausalLanguageModel model = TinyRun.Model();
        FineTuningCanceledException exception = Assert.Throws<FineTuningCanceledException>(() =>
            TinyRun.Train(model, Options("out", exam.Callback()) with { MaxSteps = 3 }, stop: stop.Token)
        );
        Assert.Equal(2, exception.Step);
        string[] lines = File.ReadAllLines(folder["out/metrics.jsonl"]);
        Assert.Equal(2, lines.Length);
        Assert.Contains("eval_pass_at_1", lines[0]);
        Assert.DoesNotContain("eval_", lines[1]);
        Assert.Equal(1, BestCheckpoint.Find(folder["out"])!.Step);
    }

    [Fact]
    public void Train_CancelledInTheCheck_StopsBeforeTheFirstStep()
    {
        using CancellationTokenSource stop = new();
        Exam exam = new() { Before = _ => stop.Cancel() };
        using CausalLanguageModel model = TinyRun.Model();
        FineTuningCanceledException exception = Assert.Throws<FineTuningCanceledException>(() =>
            TinyRun.Train(model, Options("out", exam.Callback()), stop: stop.Token)
        );
        Assert.Equal(0, exception.Step);
    }

    [Fact]
    public void Train_SandboxUnavailable_RefusesTheRunAndTouchesNothing()
    {
        EvaluationProblem[] problems =
        [
            .. new Exam().List.Select(problem =>
                problem with
                {
                    Tests = new PythonTests { Test = "assert f()", EntryPoints = ["f"] },
                }
            ),
        ];
        Directory.CreateDirectory(folder["out"]);
        using CausalLanguageModel model = TinyRun.Model();
        SandboxUnavailableException exception = Assert.Throws<SandboxUnavailableException>(() =>
            TinyRun.Train(model, Options("out", new Exam().Callback(options => options with { Problems = problems })))
        );
        Assert.Equal("No sandbox here.", exception.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["out"]));
    }

    [Fact]
    public void Train_SandboxThatFails_RefusesTheRun()
    {
        BrokenTests broken = new();
        using CausalLanguageModel model = TinyRun.Model();
        SandboxUnavailableException exception = Assert.Throws<SandboxUnavailableException>(() =>
            TinyRun.Train(
                model,
                Options(
                    "out",
                    new Exam().Callback(options =>
                        options with
                        {
                            Problems = [.. options.Problems.Select(problem => problem with { Tests = broken })],
                        }
                    )
                )
            )
        );
        Assert.Contains("fortran", exception.Message);
        Assert.Contains("no compiler", exception.Message);
    }

    [Fact]
    public void Train_SandboxFailsLater_GoesOnWithoutTheNumbers()
    {
        Exam exam = new("+---", "++++", "++--")
        {
            Before = judged =>
            {
                if (judged == 4)
                {
                    throw new SandboxUnavailableException("It is gone.");
                }
            },
        };
        StepLog log = new();
        WarningLog logger = new();
        using CausalLanguageModel model = TinyRun.Model();
        TinyRun.Train(model, Options("out", exam.Callback()) with { MaxSteps = 2, Logger = logger }, progress: log);
        Assert.Equal([true, false], log.Steps.Select(step => step.Metrics.ContainsKey("eval_pass_at_1")));
        Assert.Contains(logger.Messages, warning => warning.Contains("after step 2 failed", StringComparison.Ordinal));
        Assert.Equal(1, BestCheckpoint.Find(folder["out"])!.Step);
    }

    [Fact]
    public void Create_OptionsOutOfRange_NamesAll()
    {
        EvaluationProblem problem = new Exam().List[0];
        InvalidOptionsException exception = Assert.Throws<InvalidOptionsException>(() =>
            new Exam().Callback(options =>
                options with
                {
                    Problems = [problem, problem],
                    MaxProblems = 0,
                    EverySteps = 0,
                    Generation = new() { MaxNewTokens = 0 },
                    Evaluator = new() { SamplesPerTask = 0 },
                }
            )
        );
        Assert.Equal(
            ["Problems", "MaxProblems", "EverySteps", "Generation.MaxNewTokens", "Evaluator.SamplesPerTask"],
            exception.Errors.Select(error => error.Name)
        );
    }

    private FineTuningOptions Options(string output, params ITrainerCallback[] callbacks) =>
        TinyRun.Options(folder[output]) with
        {
            SaveSteps = 0,
            Callbacks = callbacks,
        };

    private sealed class BrokenTests : IProblemTests
    {
        public string Language => "fortran";

        public SandboxLimits DefaultLimits => SandboxLimits.Default;

        public IReadOnlyList<string> Identity => [];

        public Task<Verdict> JudgeAsync(
            string code,
            ICodeSandbox sandbox,
            SandboxLimits limits,
            CancellationToken cancellationToken = default
        ) => Task.FromResult(new Verdict { Outcome = SandboxOutcome.ToolchainMissing, Details = "no compiler" });
    }
}
