using ReflectionCoder.Configuration;
using ReflectionCoder.Construction;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Losses;
using ReflectionCoder.Modeling;
using ReflectionCoder.OnPolicy;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tests.FineTuning;
using ReflectionCoder.Tests.Losses;
using ReflectionCoder.Torch;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.OnPolicy;

/// <summary>What can't work is refused before anything is written, and what breaks a step leaves the weights as they were.</summary>
public sealed class OnPolicyFaultTests
{
    [Fact]
    public void Constructor_OptionsOutOfRange_NamesThemAll()
    {
        OnPolicyOptions options = new()
        {
            RolloutsPerTask = 0,
            TeacherDecay = 1.5,
            Divergence = (DistillationDivergence)7,
            AttemptRequest = "no place for it",
            RetryRequest = "",
            MaxLength = 2,
            AnswerPrefix = null!,
        };
        using CausalLanguageModel model = TinyRun.Model();
        InvalidOptionsException exception = Assert.Throws<InvalidOptionsException>(() =>
            new OnPolicyDistiller(model, TinyRun.Tokenizer, new ScriptedVerifier(), options)
        );
        Assert.Equal(
            [
                "Training.OutputDirectory",
                "RolloutsPerTask",
                "Divergence",
                "TeacherDecay",
                "AnswerPrefix",
                "AttemptRequest",
                "RetryRequest",
                "MaxLength",
            ],
            exception.Errors.Select(error => error.Name)
        );
    }

    [Fact]
    public void FindErrors_RunThatIsNoOnPolicyRun_IsNamed()
    {
        OnPolicyOptions options = OwnAnswers.Options("out") with { RolloutsPerTask = 3 };
        options.Training = options.Training with { Distillation = false, KlWeight = 0, Loss = DistillationLosses.Whole };
        options.Generation.Temperature = 0;
        Assert.Equal(
            ["Training.Distillation", "Training.KlWeight", "Training.Loss", "RolloutsPerTask", "RolloutsPerTask"],
            options.FindErrors().Select(error => error.Name)
        );
        Assert.Empty(OwnAnswers.Options("out").FindErrors());
        Assert.Equal("Training", Assert.Single(new OnPolicyOptions { Training = null! }.FindErrors()).Name);
    }

    /// <summary>Tasks by the number of the case, because a test's data can't hold half of a surrogate pair.</summary>
    [Theory]
    [InlineData(0, "There is no task")]
    [InlineData(1, "'task/0' is there twice")]
    [InlineData(2, "'task/1' can't be worked on: no JSON")]
    [InlineData(3, "leave no room")]
    [InlineData(4, "'task/2': ")]
    public async Task TrainAsync_TasksThatCannotBeWorkedOn_SaysWhich(int number, string says)
    {
        ProgrammingTask[] tasks = number switch
        {
            0 => [],
            1 => [OwnAnswers.Tasks[0], OwnAnswers.Tasks[0]],
            2 => [OwnAnswers.Tasks[1] with { Problem = "no JSON" }],
            3 => [OwnAnswers.Tasks[1] with { Instruction = new string('x', 5000) }],
            _ => [OwnAnswers.Tasks[2] with { Instruction = "half a pair \ud800" }],
        };
        using RunFolder folder = new();
        using CausalLanguageModel model = TinyRun.Model();
        OnPolicyDistiller distiller = new(model, TinyRun.Tokenizer, new ScriptedVerifier(), OwnAnswers.Options(folder["run"]));
        TrainingDataException exception = await Assert.ThrowsAsync<TrainingDataException>(() => distiller.TrainAsync(tasks));
        Assert.Contains(says, exception.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["run"]));
    }

    /// <summary>A refused run leaves the distiller free for the next.</summary>
    [Fact]
    public async Task TrainAsync_TaskWithoutAssertsOrNoSandbox_IsRefusedBeforeAnythingIsWritten()
    {
        using RunFolder folder = new();
        using CausalLanguageModel model = TinyRun.Model();
        IRolloutVerifier verifier = OnPolicyDistiller.CreateVerifier(new BrokenSandbox());
        OnPolicyDistiller distiller = new(model, TinyRun.Tokenizer, verifier, OwnAnswers.Options(folder["run"]));
        ProgrammingTask[] untested = [OwnAnswers.Tasks[0], OwnAnswers.Tasks[1] with { Asserts = [] }];
        Assert.Contains(
            "'task/1' has no asserts",
            (await Assert.ThrowsAsync<TrainingDataException>(() => distiller.TrainAsync(untested))).Message,
            StringComparison.Ordinal
        );
        SandboxUnavailableException unavailable = await Assert.ThrowsAsync<SandboxUnavailableException>(() =>
            distiller.TrainAsync(OwnAnswers.Tasks)
        );
        Assert.Equal("python", unavailable.Language);
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Fact]
    public void Train_NothingCanBeJudgedAnyMore_StopsBeforeTheUpdate()
    {
        using RunFolder folder = new();
        using CausalLanguageModel model = TinyRun.Model();
        using CausalLanguageModel untouched = TinyRun.Model();
        SandboxUnavailableException exception = Assert.Throws<SandboxUnavailableException>(() =>
            OwnAnswers.Train(model, OwnAnswers.Options(folder.Path), new ScriptedVerifier((_, _) => null))
        );
        Assert.Contains("answers of step 1 could be judged: the machine is broken", exception.Message, StringComparison.Ordinal);
        AssertSameWeights(untouched, model);
    }

    [Fact]
    public void Train_SomeCannotBeJudged_AreCountedAndNotTaught()
    {
        using RunFolder folder = new();
        StepLog log = new();
        OwnAnswers.Train(OwnAnswers.Options(folder.Path), new ScriptedVerifier((task, _) => task.TaskId == "task/1" ? null : false), log);
        Assert.Equal(3, log.Steps.Sum(step => step.Metrics["rollouts_not_judged"])); // once in each of three epochs
        Assert.All(
            log.Steps,
            step => Assert.Equal(step.Metrics["rollouts"], step.Metrics["rollouts_taught"] + step.Metrics["rollouts_not_judged"])
        );
    }

    /// <summary>The verifier breaks the model behind the answers, as a bug of a host's would; the loss is the first to meet it.</summary>
    [Fact]
    public void Train_LossIsNotFinite_StopsBeforeTheUpdateAndNamesTheTasks()
    {
        using RunFolder folder = new();
        using CausalLanguageModel model = TinyRun.Model();
        using CausalLanguageModel untouched = TinyRun.Model();
        const string Broken = "model.norm.weight";
        ScriptedVerifier verifier = new((_, _) => false)
        {
            Before = () =>
            {
                using IDisposable noGradient = no_grad();
                lock (model)
                {
                    model.Parameters[Broken].fill_(double.NaN);
                }
            },
        };
        NonFiniteException exception = Assert.Throws<NonFiniteException>(() =>
            OwnAnswers.Train(model, OwnAnswers.Options(folder.Path), verifier)
        );
        Assert.Equal(1, exception.Step);
        Assert.StartsWith("task/", exception.Samples[0], StringComparison.Ordinal);
        Assert.DoesNotContain(':', exception.Samples[0]);
        AssertSameWeights(untouched, model, Broken);
        Assert.All(model.Parameters.Values, weight => Assert.Null(weight.grad));
    }

    [Fact]
    public void Train_TeachersRowTooLong_IsLeftOut()
    {
        using RunFolder folder = new();
        StepLog log = new();
        OnPolicyOptions options = OwnAnswers.Options(folder.Path) with { MaxLength = 60 };
        options.Training = options.Training with { MaxSteps = 1 };
        OwnAnswers.Train(options, new ScriptedVerifier((_, _) => false), log);
        IReadOnlyDictionary<string, double> counts = log.Steps[0].Metrics;
        Assert.Equal((counts["rollouts"], 0), (counts["rollouts_left_out"], counts["rollouts_taught"]));
    }

    private static void AssertSameWeights(CausalLanguageModel expected, CausalLanguageModel actual, string? but = null)
    {
        foreach ((string name, Tensor weight) in expected.Parameters.Where(pair => pair.Key != but))
        {
            Assert.Equal(LossProblem.Doubles(weight), LossProblem.Doubles(actual.Parameters[name]));
        }
    }

    private sealed class BrokenSandbox : ICodeSandbox
    {
        public Task<SandboxResult> ExecuteAsync(
            SandboxProgram program,
            SandboxLimits? limits = null,
            CancellationToken cancellationToken = default
        ) => Task.FromResult(NotRun.SandboxFailure("no namespaces here"));
    }
}
