using LLama;
using LLama.Common;
using LLama.Native;

namespace ReflectionCoder.Tests;

/// <summary>llama.cpp through LLamaSharp, the judge of what we export. Tests skip where its native library doesn't load.</summary>
internal static class LlamaRuntime
{
    private static readonly Lazy<string?> Failure = new(Start);

    /// <summary>Loads the native library; skips the calling test where that fails.</summary>
    public static void Require() =>
        Assert.SkipWhen(Failure.Value is not null, $"LLamaSharp's native library does not load: {Failure.Value}");

    /// <summary>Loads a file's vocabulary, and its weights if they are wanted.</summary>
    public static LLamaWeights Load(string path, bool vocabularyOnly = false)
    {
        Require();
        return LLamaWeights.LoadFromFile(Parameters(path, vocabularyOnly));
    }

    /// <summary>A context that computes attention as exactly as our decoder does.</summary>
    public static LLamaContext Context(LLamaWeights weights, string path, Action<ModelParams>? change = null)
    {
        ModelParams parameters = Parameters(path, vocabularyOnly: false);
        change?.Invoke(parameters);
        return weights.CreateContext(parameters);
    }

    /// <summary>The logits of each position, [T][V].</summary>
    public static float[][] Logits(string path, IReadOnlyList<int> ids, Action<ModelParams>? change = null)
    {
        using LLamaWeights weights = Load(path);
        using LLamaContext context = Context(weights, path, change);
        LLamaBatch batch = new();
        for (int position = 0; position < ids.Count; position++)
        {
            batch.Add(ids[position], position, LLamaSeqId.Zero, true);
        }

        Assert.Equal(DecodeResult.Ok, context.Decode(batch));
        return [.. Enumerable.Range(0, ids.Count).Select(position => context.NativeHandle.GetLogitsIth(position).ToArray())];
    }

    /// <summary>The ids of a text, without bos and eos.</summary>
    public static int[] Tokenize(LLamaWeights weights, string text, bool special) =>
        [.. weights.Tokenize(text, add_bos: false, special, System.Text.Encoding.UTF8).Select(token => (int)token)];

    private static ModelParams Parameters(string path, bool vocabularyOnly) =>
        new(path)
        {
            ContextSize = 512,
            BatchSize = 512,
            UBatchSize = 512,
            Threads = 1,
            BatchThreads = 1,
            GpuLayerCount = 0,
            TypeK = GGMLType.GGML_TYPE_F32,
            TypeV = GGMLType.GGML_TYPE_F32,
            FlashAttention = false,
            VocabOnly = vocabularyOnly,
        };

    private static string? Start()
    {
        try
        {
            NativeLibraryConfig.All.WithLogCallback((_, _) => { });
            NativeApi.llama_empty_call();
            return null;
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or LLama.Exceptions.RuntimeError)
        {
            return (e.InnerException ?? e).Message;
        }
    }
}
