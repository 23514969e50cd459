using ReflectionCoder.Checkpointing;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Generation;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tests.FineTuning;

namespace ReflectionCoder.Tests.Scoring;

/// <summary>Which model is kept, and that it is that one.</summary>
public sealed class BestCheckpointTests : IDisposable
{
    private readonly RunFolder folder = new();

    private string Output => folder["out"];

    private string Best => folder["out/best"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Train_Best_IsReplacedByABetterOneAlone()
    {
        List<long> steps = [];
        Exam exam = new("----", "+---", "-+--", "++--", "+---");
        Train(exam, 5, new StepEnd((_, _) => steps.Add(Found().Step)));
        Assert.Equal([1, 2, 2, 4, 4], steps); // a tie keeps the earlier one
        Assert.Equal((4, 0.5), (Found().Step, Found().Score));
        Assert.Equal(Best, Found().Directory);
    }

    [Fact]
    public void Train_Best_LoadsAndAnswersAsItDidThen_AndIsNoneOfTheCheckpointsToKeep()
    {
        Exam exam = new("+---", "++--", "----", "----");
        Train(exam, 4, change: options => options with { SaveSteps = 1, SaveTotalLimit = 1 });
        Assert.Equal(["best", "checkpoint-4"], Directory.GetDirectories(Output).Select(Path.GetFileName).Order());
        using PretrainedModel best = PretrainedModel.Load(new PretrainedModelOptions { Directory = Best, Device = "cpu" });
        Assert.Equal(exam.Answers[4..8], Answers(best));
        using PretrainedModel last = PretrainedModel.Load(new PretrainedModelOptions { Directory = Output, Device = "cpu" });
        Assert.NotEqual(best.GetFingerprint(), last.GetFingerprint());
        Assert.False(File.Exists(Path.Combine(Best, TrainingCheckpoint.OptimizerFileName)));
    }

    [Fact]
    public void Train_Adapter_AnswersWithItAndIsKeptAsOne()
    {
        string start = folder["base"];
        using (CausalLanguageModel fresh = TinyRun.Model())
        {
            ModelFolder.Save(start, fresh);
            TinyRun.Tokenizer.Save(start);
        }

        Exam exam = new("----", "+---", "----");
        using (PretrainedModel model = PretrainedModel.Load(new PretrainedModelOptions { Directory = start, Device = "cpu" }))
        {
            FineTuningOptions options = Options(exam) with { MaxSteps = 3, LearningRate = 0.3, Lora = TinyRun.Lora };
            TinyRun.Train(model.Model, options);
        }

        using PretrainedModel best = PretrainedModel.Load(
            new PretrainedModelOptions
            {
                Directory = start,
                Adapter = Best,
                Device = "cpu",
            }
        );
        Assert.Equal(exam.Answers[4..8], Answers(best));
        Assert.False(File.Exists(Path.Combine(Best, "model.safetensors")));
        best.Model.RemoveAdapter();
        Assert.NotEqual(exam.Answers[4..8], Answers(best));
    }

    [Fact]
    public void Resume_ABetterOneBefore_Stays()
    {
        using CancellationTokenSource stop = new();
        StepEnd second = new(
            (context, _) =>
            {
                if (context.Step == 2)
                {
                    stop.Cancel();
                }
            }
        );
        using CausalLanguageModel model = TinyRun.Model();
        Exam exam = new("++--", "----");
        FineTuningOptions options = Options(exam) with { MaxSteps = 4, Callbacks = [exam.Callback(), second] };
        Assert.Throws<FineTuningCanceledException>(() => TinyRun.Train(model, options, stop: stop.Token));
        byte[] kept = TinyRun.Weights(Best);

        Train(new Exam("+---", "++--"), 4, change: options => options with { Resume = true });
        Assert.Equal(1, Found().Step);
        Assert.Equal(kept, TinyRun.Weights(Best));

        string checkpoint = folder["out/checkpoint-2"];
        Train(new Exam("+---", "+++-"), 4, change: options => options with { ResumeFromCheckpoint = checkpoint });
        Assert.Equal((4, 0.75), (Found().Step, Found().Score));
    }

    [Fact]
    public void Resume_NoCheckpointYet_KnowsTheBest()
    {
        Train(new Exam("++--"), 1, new StepEnd((_, _) => throw new InvalidOperationException("killed")), expectFailure: true);
        Train(new Exam("+---"), 1, change: options => options with { Resume = true });
        Assert.Equal(0.5, Found().Score);
    }

    [Fact]
    public void Resume_OtherProblems_IsRefusedBecauseScoresCannotBeCompared()
    {
        Train(new Exam("++--", "----"), 2, change: options => options with { SaveSteps = 1 });
        using CausalLanguageModel model = TinyRun.Model();
        Exam exam = new("+++-");
        CheckpointException exception = Assert.Throws<CheckpointException>(() =>
            TinyRun.Train(
                model,
                Options(exam) with
                {
                    MaxSteps = 2,
                    ResumeFromCheckpoint = folder["out/checkpoint-1"],
                    Callbacks = [exam.Callback(options => options with { MaxProblems = 3 })],
                }
            )
        );
        Assert.Contains("other problems", exception.Message);
        Assert.Equal(Best, exception.Directory);
        Assert.Equal(1, Found().Step);
    }

    [Fact]
    public void Train_FormerRunsBest_RefusesANewRunAndGoesWithTheFormerRun()
    {
        Train(new Exam("++++"), 1);
        foreach (string file in Directory.GetFiles(Output))
        {
            File.Delete(file); // only the best is left
        }

        using CausalLanguageModel model = TinyRun.Model();
        CheckpointException exception = Assert.Throws<CheckpointException>(() =>
            TinyRun.Train(model, Options(new Exam()) with { MaxSteps = 1 })
        );
        Assert.Contains("already holds best", exception.Message);

        Train(new Exam("+---"), 1, change: options => options with { OverwriteOutputDirectory = true });
        Assert.Equal(0.25, Found().Score);
        Train(new Exam(), 1, change: options => options with { OverwriteOutputDirectory = true, Callbacks = [] });
        Assert.False(Directory.Exists(Best));
    }

    [Fact]
    public void Train_FolderOfThatNameWithOtherContent_IsLeftAlone()
    {
        Directory.CreateDirectory(Best);
        File.WriteAllText(Path.Combine(Best, "notes.txt"), "mine");
        Train(new Exam(), 1, change: options => options with { OverwriteOutputDirectory = true, Callbacks = [] });
        Assert.Equal("mine", File.ReadAllText(Path.Combine(Best, "notes.txt")));
        Assert.Null(BestCheckpoint.Find(Output));
    }

    [Fact]
    public void Train_BestCannotBeWritten_GoesOnAndTriesAgain()
    {
        File.WriteAllText(Directory.CreateDirectory(Output).FullName + "/best", "a file where the folder should be");
        WarningLog logger = new();
        StepEnd remove = new(
            (context, _) =>
            {
                if (context.Step == 1)
                {
                    File.Delete(Best);
                }
            }
        );
        Train(new Exam("++--", "+---"), 2, remove, options => options with { Logger = logger });
        Assert.Contains(logger.Messages, warning => warning.Contains("after step 1 failed", StringComparison.Ordinal));
        Assert.Equal(2, Found().Step);
        Assert.Contains("\"eval_pass_at_1\":0.5", File.ReadLines(folder["out/metrics.jsonl"]).First());
    }

    [Fact]
    public void Train_KeepBestOff_WritesNone()
    {
        Exam exam = new("++--");
        Train(exam, 1, change: options => options with { Callbacks = [exam.Callback(own => own with { KeepBest = false })] });
        Assert.False(Directory.Exists(Best));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"step\":1}")]
    public void Find_DamagedFile_SaysSo(string content)
    {
        Train(new Exam("++--"), 1);
        File.WriteAllText(Path.Combine(Best, "best.json"), content);
        Assert.Contains("best.json is damaged", Assert.Throws<CheckpointException>(() => BestCheckpoint.Find(Output)).Message);
    }

    private static IEnumerable<string> Answers(PretrainedModel model)
    {
        using TextGenerator generator = new(model.Model, model.Tokenizer, Exam.Generation);
        return
        [
            .. generator
                .GenerateBatch([.. new Exam().List.Select(problem => TextRequest.OneOff(problem.Instruction))])
                .Select(one => one.Text),
        ];
    }

    private BestCheckpoint Found() => BestCheckpoint.Find(Output)!;

    private FineTuningOptions Options(Exam exam) => TinyRun.Options(Output) with { SaveSteps = 0, Callbacks = [exam.Callback()] };

    private void Train(
        Exam exam,
        long steps,
        ITrainerCallback? after = null,
        Func<FineTuningOptions, FineTuningOptions>? change = null,
        bool expectFailure = false
    )
    {
        FineTuningOptions options = Options(exam) with { MaxSteps = steps };
        options = change is null ? options : change(options);
        options = after is null ? options : options with { Callbacks = [.. options.Callbacks, after] };
        using CausalLanguageModel model = TinyRun.Model();
        if (expectFailure)
        {
            Assert.Throws<InvalidOperationException>(() => TinyRun.Train(model, options));
        }
        else
        {
            TinyRun.Train(model, options);
        }
    }
}
