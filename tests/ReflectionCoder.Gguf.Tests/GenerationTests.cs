using LLama;
using LLama.Exceptions;
using LLama.Native;
using ReflectionCoder.Construction;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Generation;
using ReflectionCoder.Gguf;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Tests;

/// <summary>The runtime goes on as our generator does, and stops where it stops.</summary>
public sealed class GenerationTests
{
    private static readonly string Demo = Path.Combine(RepositoryFolder.Path, "samples", "demo");
    private static readonly string Tasks = Path.Combine(Demo, "tasks.jsonl");

    private static readonly Dictionary<string, ModelConfig> Configs = new()
    {
        ["llama"] = RandomModels.Llama,
        ["gemma3"] = RandomModels.Gemma3 with { TieWordEmbeddings = false },
        ["starcoder2"] = RandomModels.Starcoder2 with { TieWordEmbeddings = false },
    };

    /// <summary>
    /// Several prompts, because greedy answers of random models soon repeat themselves, and embeddings that aren't tied, because tied ones
    /// repeat the last token. Gemma's window is smaller than prompt and answer.
    /// </summary>
    [Theory]
    [InlineData("llama", 3)]
    [InlineData("llama", 4)]
    [InlineData("llama", 5)]
    [InlineData("gemma3", 6)]
    [InlineData("gemma3", 7)]
    [InlineData("starcoder2", 8)]
    public void Runtime_GreedyContinuation_EqualsOurGenerators(string name, int seed)
    {
        LlamaRuntime.Require();
        using TemporaryFolder folder = new();
        var tokenizer = CodeTokenizer.CreateByteLevel();
        using CausalLanguageModel model = RandomModels.Create(Configs[name], seed);
        RandomModels.Quieten(model);
        string path = folder.File("model.gguf");
        GgufExporter.Export(model, tokenizer, path, new() { Type = "f32" });
        const int most = 12;
        int[] ends = [tokenizer.EosTokenId, tokenizer.MarkerIds.EndOfBlock, tokenizer.MarkerIds.EndOfMessage];
        GenerationOptions options = new() { MaxNewTokens = most, StopTokenIds = ends };
        TokenGenerator generator = new(model, options) { TokenLimit = tokenizer.VocabularySize };
        using LLamaWeights weights = LlamaRuntime.Load(path);
        HashSet<int> written = [];
        for (int i = 0; i < 8; i++)
        {
            int[] prompt = RandomModels.Ids(30, seed: (seed * 100) + i);
            GeneratedTokens ours = generator.Generate(prompt);
            Assert.Equal(ours.Ids, Greedy(weights, path, prompt, most, tokenizer.VocabularySize));
            written.UnionWith(ours.Ids);
        }

        Assert.True(written.Count > 10, $"{written.Count} different tokens show little.");
    }

    /// <summary>A model that writes an answer and ends it: an endless cycle through some tokens, one of which ends an answer.</summary>
    [Theory]
    [InlineData(Markers.EndOfBlock)]
    [InlineData(Markers.EndOfMessage)]
    [InlineData("<|eos|>")]
    public void Runtime_EndOfAnswer_StopsWhereOurGeneratorDoes(string end)
    {
        LlamaRuntime.Require();
        using TemporaryFolder folder = new();
        var tokenizer = CodeTokenizer.CreateByteLevel();
        int[] cycle = [.. tokenizer.EncodeText("print(42)"), tokenizer.EncodeWithSpecialTokens(end).Single()];
        using CausalLanguageModel model = CyclingModel.Create(cycle);
        string path = folder.File("model.gguf");
        GgufExporter.Export(model, tokenizer, path, new() { Type = "f32" });
        int[] ends = [tokenizer.EosTokenId, tokenizer.MarkerIds.EndOfBlock, tokenizer.MarkerIds.EndOfMessage];
        TokenGenerator generator = new(model, new GenerationOptions { MaxNewTokens = 40, StopTokenIds = ends });
        using LLamaWeights weights = LlamaRuntime.Load(path);
        int[] prompt =
        [
            tokenizer.BosTokenId,
            .. tokenizer.EncodeWithSpecialTokens("<|user|><|text|>Print the answer.<|endofblock|><|endofmessage|><|assistant|><|text|>"),
        ];
        Assert.Equal(prompt[0], (int)weights.Vocab.BOS!.Value);
        Assert.Equal(prompt[1..], LlamaRuntime.Tokenize(weights, tokenizer.Decode(prompt[1..]), special: true));
        int[] written = Greedy(weights, path, [.. prompt, cycle[0]], 40, tokenizer.VocabularySize);
        Assert.Equal(cycle[1..^1], written);
        GeneratedTokens ours = generator.Generate([.. prompt, cycle[0]]);
        Assert.Equal((FinishReason.Stop, written.Length), (ours.FinishReason, ours.Ids.Count));
        Assert.Equal(written, ours.Ids);
    }

    /// <summary>The demo's base, trained here for some steps, answers the demo's held-out tasks there with the same tokens.</summary>
    [Fact]
    public async Task Runtime_TrainedModel_AnswersHeldOutTasksAlike()
    {
        LlamaRuntime.Require();
        using TemporaryFolder folder = new();
        using PretrainedModel pretrained = PretrainedModel.Load(new PretrainedModelOptions { Directory = Path.Combine(Demo, "base") });
        (CausalLanguageModel model, CodeTokenizer tokenizer) = (pretrained.Model, pretrained.Tokenizer);
        FineTuningOptions options = new()
        {
            OutputDirectory = folder.File("run"),
            MaxSteps = 3,
            PerDeviceTrainBatchSize = 2,
            GradientAccumulationSteps = 1,
            LearningRate = 1e-4,
        };
        var samples = TrainingData.Load([Path.Combine(Demo, "reflection.train.jsonl")], tokenizer);
        await foreach (TrainingProgress step in new ReflectionFineTuner(model, tokenizer, options).StreamAsync(samples))
        {
            Assert.True(double.IsFinite(step.Loss));
        }

        AnswerAlike(folder.File("run"), 12);
    }

    /// <summary>What <c>./demo.sh</c> trained answers held-out tasks there with the same tokens.</summary>
    [Theory]
    [InlineData("plain")]
    [InlineData("distilled")]
    public void Runtime_ModelOfTheDemo_AnswersHeldOutTasksAlike(string name)
    {
        LlamaRuntime.Require();
        string trained = Path.Combine(RepositoryFolder.Path, "out", "demo", name);
        Assert.SkipUnless(File.Exists(Path.Combine(trained, "model.safetensors")), "There is no out/demo: run ./demo.sh first.");
        AnswerAlike(trained, 50);
    }

    private static void AnswerAlike(string trained, int count)
    {
        using TemporaryFolder folder = new();
        using PretrainedModel pretrained = PretrainedModel.Load(new PretrainedModelOptions { Directory = trained });
        (CausalLanguageModel model, CodeTokenizer tokenizer) = (pretrained.Model, pretrained.Tokenizer);
        string path = folder.File("model.gguf");
        GgufExporter.Export(trained, adapter: null, path, new() { Type = "f32" });
        using LLamaWeights weights = LlamaRuntime.Load(path);
        int[] ends = [tokenizer.EosTokenId, tokenizer.MarkerIds.EndOfBlock, tokenizer.MarkerIds.EndOfMessage];
        TokenGenerator generator = new(model, new GenerationOptions { MaxNewTokens = 120, StopTokenIds = ends })
        {
            TokenLimit = tokenizer.VocabularySize,
        };
        ProgrammingTask[] tasks = [.. ProgrammingTaskReader.Read(Tasks).Where(task => task.Split == "held_out").Take(count)];
        Assert.Equal(count, tasks.Length);
        int ended = 0;
        foreach (ProgrammingTask task in tasks)
        {
            string text = $"<|user|><|text|>{task.Instruction}<|endofblock|><|endofmessage|><|assistant|><|text|>";
            int[] prompt = [tokenizer.BosTokenId, .. tokenizer.EncodeWithSpecialTokens(text)];
            GeneratedTokens ours = generator.Generate(prompt);
            ended += ours.FinishReason == FinishReason.Stop ? 1 : 0;
            Assert.Equal(ours.Ids, Greedy(weights, path, prompt, 120, tokenizer.VocabularySize));
        }

        Assert.True(ended >= count * 3 / 4, $"{ended} answers end by themselves");
    }

    /// <summary>LLamaSharp guesses a template's format by literal markers; ours must not be taken for another family's.</summary>
    [Fact]
    public void Runtime_ChatTemplate_IsNotTakenForAnother()
    {
        LlamaRuntime.Require();
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = RandomModels.Create(RandomModels.Llama);
        string path = folder.File("model.gguf");
        GgufExporter.Export(model, CodeTokenizer.CreateByteLevel(), path, new() { Type = "f32" });
        using LLamaWeights weights = LlamaRuntime.Load(path);
        Assert.Contains("add_generation_prompt", weights.Metadata["tokenizer.chat_template"], StringComparison.Ordinal);
        LLamaTemplate template = new(weights);
        template.Add("user", "Hello");
        Assert.Throws<MissingTemplateException>(() => template.Apply().Length);
    }

    /// <summary>The likeliest tokens one after the other, until one that ends an answer; as LLamaSharp's greedy pipeline does.</summary>
    private static int[] Greedy(LLamaWeights weights, string path, int[] prompt, int most, int vocabulary)
    {
        using LLamaContext context = LlamaRuntime.Context(weights, path);
        LLamaBatch batch = new();
        List<int> written = [];
        int[] next = prompt;
        for (int position = 0; written.Count < most; )
        {
            batch.Clear();
            int last = -1;
            foreach (int id in next)
            {
                last = batch.Add(id, position++, LLamaSeqId.Zero, true);
            }

            Assert.Equal(DecodeResult.Ok, context.Decode(batch));
            Span<float> logits = context.NativeHandle.GetLogitsIth(last)[..vocabulary];
            int best = System.Numerics.Tensors.TensorPrimitives.IndexOfMax<float>(logits);
            if (((LLamaToken)best).IsEndOfGeneration(weights.Vocab))
            {
                break;
            }

            written.Add(best);
            next = [best];
        }

        return [.. written];
    }
}
