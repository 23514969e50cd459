using System.Text;
using ReflectionCoder.Batching;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Files;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;
using ReflectionCoder.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.FineTuning;

public sealed class FaultTests
{
    [Fact]
    public void Train_NanWeight_StopsBeforeTheUpdateAndNamesStepAndSamples()
    {
        using RunFolder folder = new();
        using CausalLanguageModel model = TinyRun.Model();
        using (no_grad())
        using (Tensor row = model.Parameters["model.norm.weight"].narrow(0, 3, 1))
        {
            row.fill_(float.NaN);
        }

        byte[] before = Bytes(model, "lm_head.weight");
        NonFiniteException exception = Assert.Throws<NonFiniteException>(() => TinyRun.Train(model, TinyRun.Options(folder.Path)));
        Assert.Equal(1, exception.Step);
        Assert.Equal(2, exception.Samples.Count);
        Assert.All(exception.Samples, sample => Assert.StartsWith("sample ", sample));
        Assert.Equal(before, Bytes(model, "lm_head.weight"));
        Assert.Empty(Directory.GetDirectories(folder.Path));
        Assert.False(File.Exists(folder["model.safetensors"]));
    }

    [Fact]
    public void Train_InfiniteGradient_StopsBeforeTheUpdate()
    {
        using RunFolder folder = new();
        using CausalLanguageModel model = TinyRun.Model();
        byte[] before = Bytes(model, "lm_head.weight");
        WatchedLoss loss = new(_ => { }, computed => computed with { Total = computed.Total.mul(double.PositiveInfinity) });
        NonFiniteException exception = Assert.Throws<NonFiniteException>(() =>
            TinyRun.Train(model, TinyRun.Options(folder.Path) with { Loss = loss })
        );
        Assert.Contains("gradient norm of step 1", exception.Message);
        Assert.Equal(4, exception.Samples.Count);
        Assert.Equal(before, Bytes(model, "lm_head.weight"));
    }

    [Fact]
    public void Train_SampleLongerThanThePositionTable_IsNamedBeforeTheFirstStep()
    {
        using RunFolder folder = new();
        TrainingData data = TinyRun.Data(2, 1);
        int longest = data.Samples.Max(sample => sample.Tokens.Length);
        ModelConfig config = TinyRun.Config with
        {
            PositionEmbeddingType = PositionEmbeddingType.Absolute,
            MaxPositionEmbeddings = longest - 1,
        };
        using CausalLanguageModel small = CausalLanguageModel.Create(config, CPU, ScalarType.Float32, 1);
        string message = Assert.Throws<TrainingDataException>(() => TinyRun.Train(small, TinyRun.Options(folder["out"]), data)).Message;
        Assert.Contains($"{longest} tokens", message);
        Assert.Contains($"{longest - 1} positions", message);
        Assert.False(Directory.Exists(folder["out"]));

        using CausalLanguageModel enough = CausalLanguageModel.Create(
            config with
            {
                MaxPositionEmbeddings = longest,
            },
            CPU,
            ScalarType.Float32,
            1
        );
        Assert.Equal(1, TinyRun.Train(enough, TinyRun.Options(folder["out"]) with { MaxSteps = 1 }, data).Steps);
    }

    [Fact]
    public void Train_NoSample_IsNamed()
    {
        using RunFolder folder = new();
        Assert.Contains(
            "no training sample",
            Assert.Throws<TrainingDataException>(() => TinyRun.Train(TinyRun.Options(folder["out"]), TinyRun.Data(0, 0))).Message
        );
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Fact]
    public void Train_NoReflectionSample_IsAnErrorOnlyWhenDistilling()
    {
        using RunFolder folder = new();
        FineTuningOptions options = TinyRun.Options(folder.Path) with { MaxSteps = 1 };
        Assert.Contains(
            "None of the 5 samples",
            Assert.Throws<TrainingDataException>(() => TinyRun.Train(options, TinyRun.Data(0, 5))).Message
        );
        TinyRun.Train(options with { Distillation = false }, TinyRun.Data(0, 5));
    }

    [Fact]
    public void Train_AllSamplesOverLength_SaysTheirLengths()
    {
        using RunFolder folder = new();
        TrainingData data = TrainingData.FromConversations(
            [TinyRun.Reflection(0), TinyRun.Reflection(1)],
            TinyRun.Tokenizer,
            new SampleTokenizerOptions { MaxLength = 20 }
        );
        int[] lengths = [.. data.Overlong.Select(sample => sample.Length)];
        Assert.Equal(2, lengths.Length);
        Assert.All(lengths, length => Assert.True(length > 100));
        TrainingDataException exception = Assert.Throws<TrainingDataException>(() => TinyRun.Train(TinyRun.Options(folder.Path), data));
        Assert.Contains($"{lengths.Min()} to {lengths.Max()} tokens", exception.Message);
    }

    [Fact]
    public void Train_VocabularySmallerThanTheTokenizer_IsNoticedBeforeTraining()
    {
        using RunFolder folder = new();
        using CausalLanguageModel model = CausalLanguageModel.Create(
            TinyRun.Config with
            {
                VocabularySize = 260,
            },
            CPU,
            ScalarType.Float32,
            1
        );
        TrainingDataException exception = Assert.Throws<TrainingDataException>(() => TinyRun.Train(model, TinyRun.Options(folder["out"])));
        Assert.Contains("260", exception.Message);
        Assert.Contains(TinyRun.Tokenizer.VocabularySize.ToString(), exception.Message);
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Fact]
    public void Load_BrokenLine_IsNamed()
    {
        using RunFolder folder = new();
        SequenceWriter.Write(folder["train.jsonl"], [TinyRun.Reflection(0)]);
        File.AppendAllText(folder["train.jsonl"], "\n{\"messages\": 3}\n");
        DataFormatException exception = Assert.Throws<DataFormatException>(() =>
            TrainingData.Load([folder["train.jsonl"]], TinyRun.Tokenizer)
        );
        Assert.Equal(3, exception.Line);
    }

    [Fact]
    public void Train_SampleThatBreaksCompaction_NamesFileAndLine()
    {
        using RunFolder folder = new();
        Conversation single = TinyRun.Generation(0) with { Type = SampleType.Reflection };
        SequenceWriter.Write(folder["train.jsonl"], [TinyRun.Reflection(0), single]);
        TrainingData data = TrainingData.Load([folder["train.jsonl"]], TinyRun.Tokenizer);
        TrainingDataException exception = Assert.Throws<TrainingDataException>(() => TinyRun.Train(TinyRun.Options(folder["out"]), data));
        Assert.StartsWith(folder["train.jsonl"] + ":2: ", exception.Message);
        Assert.IsType<SampleFormatException>(exception.InnerException);
    }

    [Fact]
    public void Train_CheckpointThatCantBeWritten_LeavesTheFormerOneAndNothingElse()
    {
        using RunFolder folder = new();
        FineTuningOptions options = TinyRun.Options(folder.Path) with
        {
            BeforeCheckpointCommit = directory =>
            {
                if (directory.Contains("checkpoint-6", StringComparison.Ordinal))
                {
                    throw new IOException("No space left on device");
                }
            },
        };
        CheckpointException exception = Assert.Throws<CheckpointException>(() => TinyRun.Train(options));
        Assert.Contains("No space left", exception.Message);
        Assert.EndsWith("checkpoint-6", exception.Directory);
        Assert.Equal([folder["checkpoint-3"]], Directory.GetDirectories(folder.Path));
        Assert.Equal(3, TrainingCheckpoint.Open(folder["checkpoint-3"]).State.Step);
        Assert.False(File.Exists(folder["model.safetensors"]));
    }

    [Theory]
    [InlineData(false, "\"exp_avg.", "\"exp_awg.")] // another tensor
    [InlineData(false, "{\"", "[\"")] // no header
    [InlineData(true, "\"exp_avg.", "\"exp_awg.")]
    [InlineData(true, "[32,4]", "[64,2]")] // another shape
    public void Resume_BrokenOptimizerFile_IsRefusedBeforeAWeightChanges(bool lora, string there, string instead)
    {
        using RunFolder folder = new();
        FineTuningOptions options = TinyRun.Options(folder.Path) with { MaxSteps = 3, Lora = lora ? TinyRun.Lora : null };
        TinyRun.Train(options);
        string path = Path.Combine(folder["checkpoint-3"], TrainingCheckpoint.OptimizerFileName);
        string text = Encoding.Latin1.GetString(File.ReadAllBytes(path));
        int place = text.IndexOf(there, StringComparison.Ordinal);
        Assert.True(place > 0);
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(text[..place] + instead + text[(place + there.Length)..]));

        using CausalLanguageModel model = TinyRun.Model(seed: lora ? 5 : 6);
        if (lora)
        {
            model.AddAdapter(TinyRun.Lora, LoraTrainingTests.Markers, seed: 9);
        }

        Dictionary<string, byte[]> before = Bytes(model);
        Assert.Throws<DataFormatException>(() => TinyRun.Train(model, options with { Resume = true }));
        Assert.Equal(before, Bytes(model));
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:x")]
    [InlineData("cuda:-1")]
    [InlineData("CPU")]
    [InlineData("")]
    public void Parse_UnknownDevice_IsRefused(string name) => Assert.Throws<ArgumentException>(() => TorchDevice.Parse(name));

    [Fact]
    public void Parse_KnownDevices_AreFoundOrSaidToBeAbsent()
    {
        Assert.Equal(DeviceType.CPU, TorchDevice.Parse("cpu").type);
        if (cuda.is_available())
        {
            Assert.Equal(DeviceType.CUDA, TorchDevice.Parse("auto").type);
            Assert.Throws<ArgumentException>(() => TorchDevice.Parse($"cuda:{cuda.device_count()}"));
        }
        else
        {
            Assert.Equal(DeviceType.CPU, TorchDevice.Parse("auto").type);
            Assert.Contains("not available", Assert.Throws<ArgumentException>(() => TorchDevice.Parse("cuda")).Message);
        }
    }

    private static byte[] Bytes(CausalLanguageModel model, string name)
    {
        using Tensor detached = model.Parameters[name].detach();
        return detached.bytes.ToArray();
    }

    private static Dictionary<string, byte[]> Bytes(CausalLanguageModel model) =>
        model
            .Parameters.Concat(model.TrainableParameters)
            .DistinctBy(pair => pair.Key)
            .ToDictionary(pair => pair.Key, pair => pair.Value.detach().bytes.ToArray());
}
