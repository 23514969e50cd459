using ReflectionCoder.Checkpointing;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Losses;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.OnPolicy;
using ReflectionCoder.Safetensors;
using ReflectionCoder.Tests.FineTuning;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.OnPolicy;

/// <summary>What a run computes, and whether it computes the same again.</summary>
[Trait("Category", "Invariant")]
public sealed class OnPolicyRunTests
{
    /// <summary>Which teacher, and what trains.</summary>
    public static TheoryData<double?, bool> Kinds =>
        new()
        {
            { null, false },
            { 0.9, false },
            { 0.9, true },
        };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Train_StoppedAndResumed_EndsWithTheBitsOfOneThatWasNot(double? decay, bool lora)
    {
        using RunFolder whole = new();
        ScriptedVerifier seen = new();
        StepLog steps = new();
        OwnAnswers.Train(Kind(whole.Path, decay, lora), seen, steps);

        // It ends like a process that is killed in step 5: the newest checkpoint is that of step 3.
        using RunFolder folder = new();
        OnPolicyOptions options = Kind(folder.Path, decay, lora);
        ScriptedVerifier first = new();
        OnPolicyOptions killed = Kind(folder.Path, decay, lora);
        killed.Training = killed.Training with { Callbacks = [new StepEnd((_, step) => Die(step.Step))] };
        Assert.Throws<TimeoutException>(() => OwnAnswers.Train(killed, first));
        Assert.Equal(folder["checkpoint-3"], Assert.Single(Directory.GetDirectories(folder.Path, "checkpoint-*")));

        options.Training.Resume = true;
        ScriptedVerifier second = new();
        using CausalLanguageModel other = TinyRun.Model(seed: lora ? 5 : 6); // a checkpoint of an adapter doesn't hold the base
        FineTuningResult result = OwnAnswers.Train(other, options, second);
        Assert.Equal(3, result.StartedFromStep);
        string weights = lora ? "adapter_model.safetensors" : "model.safetensors";
        Assert.Equal(File.ReadAllBytes(whole[weights]), File.ReadAllBytes(folder[weights]));
        Assert.Equal(UninterruptedRun.TimelessMetrics(whole["metrics.jsonl"]), UninterruptedRun.TimelessMetrics(folder["metrics.jsonl"]));
        Assert.Equal(
            File.ReadAllBytes(whole["checkpoint-6/optimizer.safetensors"]),
            File.ReadAllBytes(folder["checkpoint-6/optimizer.safetensors"])
        );

        // The last three steps' answers, and those of the two steps that were lost.
        double lost = steps.Steps.Where(step => step.Step is 4 or 5).Sum(step => step.Metrics["rollouts"]);
        Assert.Equal(seen.Seen.Count + lost, first.Seen.Count + second.Seen.Count);
        Assert.Subset(seen.Seen.ToHashSet(), second.Seen.ToHashSet());

        static void Die(long step)
        {
            if (step == 5)
            {
                throw new TimeoutException("killed");
            }
        }
    }

    [Fact]
    public void Train_Cancelled_WritesACheckpointOfTheLastCompleteStep()
    {
        using RunFolder whole = new();
        OwnAnswers.Train(OwnAnswers.Options(whole.Path));
        using RunFolder folder = new();
        using CancellationTokenSource stop = new();
        int verified = 0;
        ScriptedVerifier verifier = new()
        {
            Before = () =>
            {
                if (Interlocked.Increment(ref verified) == 6) // in the second step
                {
                    stop.Cancel();
                }
            },
        };
        using (CausalLanguageModel model = TinyRun.Model())
        {
            FineTuningCanceledException exception = Assert.Throws<FineTuningCanceledException>(() =>
                OwnAnswers.Train(model, OwnAnswers.Options(folder.Path), verifier, stop: stop.Token)
            );
            Assert.Equal(1, exception.Step);
        }

        OnPolicyOptions resumed = OwnAnswers.Options(folder.Path);
        resumed.Training.Resume = true;
        OwnAnswers.Train(resumed);
        Assert.Equal(TinyRun.Weights(whole.Path), TinyRun.Weights(folder.Path));
    }

    /// <summary>
    /// Averages that keep nothing of the past are the weights, so the teacher apart is the live one. Not to the bit: its rows' logits are a
    /// product of their own, whose last bits may be others.
    /// </summary>
    [Fact]
    public void Train_AveragesOfDecayZero_EqualTheLiveTeacher()
    {
        Tensor live = Trained(decay: null);
        Assert.True(Trained(decay: 0).allclose(live, 1e-9, 1e-12));
        Assert.False(Trained(decay: 1).allclose(live, 1e-6, 1e-9));

        static Tensor Trained(double? decay)
        {
            using RunFolder folder = new();
            using CausalLanguageModel model = TinyRun.Model(ScalarType.Float64);
            OwnAnswers.Train(model, OwnAnswers.Options(folder.Path) with { TeacherDecay = decay });
            return cat([.. model.Parameters.Values.Select(weight => weight.detach().flatten())]);
        }
    }

    [Theory]
    [InlineData(DistillationDivergence.ForwardKl)]
    [InlineData(DistillationDivergence.ReverseKl)]
    [InlineData(DistillationDivergence.JensenShannon)]
    public void Train_FixedTeacher_ComesCloserToIt(DistillationDivergence divergence)
    {
        using RunFolder folder = new();
        OnPolicyOptions options = OwnAnswers.Options(folder.Path) with { Divergence = divergence, TeacherDecay = 1 };
        options.Training = options.Training with { MaxSteps = 30, LearningRate = 3e-3 };
        StepLog log = new();
        OwnAnswers.Train(options, new ScriptedVerifier((_, _) => false), log);
        double first = log.Steps.Take(4).Average(step => step.Divergence!.Value);
        double last = log.Steps.TakeLast(4).Average(step => step.Divergence!.Value);
        Assert.True(last < 0.8 * first, $"{first} and at last {last}");
        Assert.All(log.Steps, step => Assert.Equal(0, step.CrossEntropy));
        Assert.All(log.Steps, step => Assert.Equal(step.Divergence!.Value, step.Loss));
    }

    [Fact]
    public void Train_Counts_AddUp()
    {
        using RunFolder folder = new();
        StepLog log = new();
        ScriptedVerifier verifier = new();
        OwnAnswers.Train(OwnAnswers.Options(folder.Path), verifier, log);
        foreach (IReadOnlyDictionary<string, double> counts in log.Steps.Select(step => step.Metrics))
        {
            Assert.Equal(counts["rollouts"], counts["rollouts_passed"] + counts["rollouts_taught"]);
            Assert.True(counts["taught_tokens"] <= counts["answer_tokens"]);
            Assert.True(counts["answer_tokens"] <= 9 * counts["rollouts"]); // 8, and a stop token
            Assert.Equal(0, counts["rollouts_left_out"] + counts["rollouts_not_judged"]);
        }

        Assert.Equal(verifier.Seen.Count, log.Steps.Sum(step => step.Metrics["rollouts"]));
        Assert.Contains(log.Steps, step => step.Metrics["rollouts_passed"] > 0);
        Assert.All(
            log.Steps.Where(step => step.Metrics["rollouts_taught"] > 0),
            step => Assert.InRange(step.HiddenTokens, 1, step.SampleTokens - 1)
        );
        string[] metrics = File.ReadAllLines(folder["metrics.jsonl"]);
        Assert.Equal(OwnAnswers.Steps, metrics.Length);
        Assert.All(metrics, line => Assert.Contains("\"rollouts_taught\":", line, StringComparison.Ordinal));
    }

    /// <summary>Nothing to mend: the weights stay, to the bit, and the run still ends.</summary>
    [Fact]
    public void Train_AllPassed_ChangesNoWeight()
    {
        using RunFolder folder = new();
        StepLog log = new();
        using CausalLanguageModel model = TinyRun.Model();
        using CausalLanguageModel untouched = TinyRun.Model();
        OnPolicyOptions options = OwnAnswers.Options(folder.Path) with { TeacherDecay = 0.9 };
        OwnAnswers.Train(model, options, new ScriptedVerifier((_, _) => true), log);
        Assert.Equal(OwnAnswers.Steps, log.Steps.Count);
        Assert.All(log.Steps, step => Assert.Equal((0.0, (double?)null), (step.Loss, step.Divergence)));
        foreach ((string name, Tensor weight) in untouched.Parameters)
        {
            Assert.True(weight.eq(model.Parameters[name]).all().item<bool>(), name);
        }

        using RunFolder taught = new();
        StepLog other = new();
        OwnAnswers.Train(OwnAnswers.Options(taught.Path) with { TeachPassed = true }, new ScriptedVerifier((_, _) => true), other);
        Assert.All(other.Steps, step => Assert.Equal(step.Metrics["rollouts"], step.Metrics["rollouts_taught"]));
        Assert.NotEqual(TinyRun.Weights(folder.Path), TinyRun.Weights(taught.Path));
    }

    /// <summary>What is drawn depends on seed, step, task and number alone: not on how many are written side by side.</summary>
    [Fact]
    public void Train_OtherBatchSizes_WritesTheSameAnswers()
    {
        using RunFolder folder = new();
        using RunFolder other = new();
        ScriptedVerifier[] verifiers = [new((_, _) => true), new((_, _) => true), new((_, _) => true)];
        OwnAnswers.Train(OwnAnswers.Options(folder.Path), verifiers[0]);
        OnPolicyOptions one = OwnAnswers.Options(other.Path);
        one.Generation.BatchSize = 1;
        OwnAnswers.Train(one, verifiers[1]);
        Assert.Equal(verifiers[0].Seen, verifiers[1].Seen);

        OnPolicyOptions seeded = OwnAnswers.Options(other.Path);
        seeded.Training = seeded.Training with { Seed = 1, OverwriteOutputDirectory = true };
        OwnAnswers.Train(seeded, verifiers[2]);
        Assert.NotEqual(verifiers[0].Seen.Select(one => one.Answer).Order(), verifiers[2].Seen.Select(one => one.Answer).Order());
        Assert.True(verifiers[0].Seen.Select(one => one.Answer).Distinct().Count() > 12, "answers repeat from step to step");
    }

    [Fact]
    public void Train_SeveralAnswersToATask_AreDrawnEachAnew()
    {
        using RunFolder folder = new();
        OnPolicyOptions options = OwnAnswers.Options(folder.Path) with
        {
            RolloutsPerTask = 4,
            Divergence = DistillationDivergence.JensenShannon,
        };
        options.Training = options.Training with { MaxSteps = 1 };
        ScriptedVerifier verifier = new();
        OwnAnswers.Train(options, verifier);
        Assert.Single(verifier.Seen.Select(one => one.Task).Distinct());
        Assert.Equal(4, verifier.Seen.Select(one => one.Answer).Distinct().Count());
    }

    /// <summary>An average is part of a checkpoint, and a run without averages is another run.</summary>
    [Fact]
    public void Train_ResumedWithOtherSettings_IsRefusedByName()
    {
        using RunFolder folder = new();
        OnPolicyOptions options = OwnAnswers.Options(folder.Path) with { TeacherDecay = 0.9 };
        options.Training = options.Training with { MaxSteps = 3 };
        OwnAnswers.Train(options);
        using (SafetensorsContent state = SafetensorsFile.ReadContent(folder["checkpoint-3/optimizer.safetensors"], CPU))
        {
            Assert.Contains(state.Tensors.Keys, name => name.StartsWith("average.", StringComparison.Ordinal));
        }

        OnPolicyOptions other = options with
        {
            TeacherDecay = null,
            Divergence = DistillationDivergence.ForwardKl,
            RetryRequest = "Again: {instruction}",
            Training = options.Training with { Resume = true },
        };
        CheckpointException refused = Assert.Throws<CheckpointException>(() =>
            OwnAnswers.Train(other, new ScriptedVerifier { Identity = "another" })
        );
        Assert.Equal(["loss", "optimizer", "retry_request", "verifier"], refused.Differences.Select(text => text.Split(' ')[0]));
    }

    private static OnPolicyOptions Kind(string output, double? decay, bool lora)
    {
        OnPolicyOptions options = OwnAnswers.Options(output) with { TeacherDecay = decay };
        options.Training.Lora = lora ? TinyRun.Lora : null;
        return options;
    }
}
