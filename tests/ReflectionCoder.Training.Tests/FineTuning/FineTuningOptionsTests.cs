using ReflectionCoder.Configuration;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Tests.FineTuning;

public sealed class FineTuningOptionsTests
{
    [Fact]
    public void Defaults_ArePapers()
    {
        FineTuningOptions options = new() { OutputDirectory = "out" };
        options.Validate();
        Assert.Equal(5e-5, options.LearningRate);
        Assert.Equal(0.05, options.WarmupRatio);
        Assert.Equal(2, options.NumTrainEpochs);
        Assert.Equal(512, options.GlobalBatchSize);
        Assert.Equal(3407, options.Seed);
        Assert.Equal(1, options.MaxGradNorm);
        Assert.Equal(0, options.WeightDecay);
        Assert.Equal(1, options.KlWeight);
        Assert.IsType<CosineLearningRateSchedule>(options.LearningRateSchedule);
        Assert.IsType<LinearMaskRateSchedule>(options.MaskRateSchedule);
        Assert.Equal(
            [BlockType.Execution, BlockType.Text, BlockType.Code],
            Assert.IsType<BlockTypeMask>(Assert.Single(options.MaskStrategies)).Order
        );
    }

    [Fact]
    public void Validate_SeveralMistakes_ListsAllOfThem()
    {
        FineTuningOptions options = new()
        {
            OutputDirectory = " ",
            LearningRate = double.NaN,
            WarmupRatio = 1.5,
            MaxSteps = 0,
            Seed = -1,
            Threads = 0,
            AdamBeta1 = 1,
        };
        InvalidOptionsException exception = Assert.Throws<InvalidOptionsException>(options.Validate);
        Assert.Equal(
            ["OutputDirectory", "LearningRate", "WarmupRatio", "MaxSteps", "AdamBeta1", "Seed", "Threads"],
            exception.Errors.Select(error => error.Name)
        );
        Assert.Contains("WarmupRatio is 1.5; it must be from 0 to 1", exception.Message);
    }

    /// <summary>The maximum is replaced inside, after it was checked: 0 isn't "all samples are too long".</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void TrainingData_MaxLengthOutOfRange_IsRefusedBeforeAnythingIsRead(int maxLength)
    {
        SampleTokenizerOptions lengths = new() { MaxLength = maxLength };
        string error = $"SampleTokenizerOptions: MaxLength is {maxLength}; it must be at least 3.";
        AssertRefused(() => TrainingData.Load(["absent.jsonl"], TinyRun.Tokenizer, lengths));
        AssertRefused(() => TrainingData.FromConversations([], TinyRun.Tokenizer, lengths));

        void AssertRefused(Func<object> load) => Assert.Equal(error, Assert.Throws<InvalidOptionsException>(load).Message);
    }

    [Fact]
    public void Constructor_WrongOptions_ThrowsBeforeAnythingIsWritten()
    {
        using RunFolder folder = new();
        using CausalLanguageModel model = TinyRun.Model();
        string output = folder["out"];
        Assert.Throws<InvalidOptionsException>(() =>
            new ReflectionFineTuner(model, TinyRun.Tokenizer, TinyRun.Options(output) with { NumTrainEpochs = 0 })
        );
        Assert.False(Directory.Exists(output));
    }

    [Fact]
    public void Validate_ResumeTogetherWithOverwrite_IsRefused()
    {
        FineTuningOptions options = new()
        {
            OutputDirectory = "out",
            Resume = true,
            OverwriteOutputDirectory = true,
        };
        Assert.Equal("OverwriteOutputDirectory", Assert.Single(Assert.Throws<InvalidOptionsException>(options.Validate).Errors).Name);
    }
}
