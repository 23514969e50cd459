using ReflectionCoder.Modeling;
using ReflectionCoder.Tests.Modeling;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Generation;

/// <summary>A host's own model, without weights or layers: what comes behind a position is a function of the position.</summary>
internal sealed class ScriptedModel(int vocabularySize, Func<long, int> next) : ICausalLanguageModel
{
    public int VocabularySize => vocabularySize;

    public int HiddenSize => vocabularySize;

    public Device Device => CPU;

    public IReadOnlyDictionary<string, Tensor> Parameters { get; } = new Dictionary<string, Tensor>();

    public Tensor OutputWeight { get; } = eye(vocabularySize);

    public GenerationConfig? GenerationConfig { get; init; }

    /// <summary>What is added to every logit.</summary>
    public float Bias { get; init; }

    /// <summary>Rows of each pass.</summary>
    public List<int> Passes { get; } = [];

    /// <summary>Writes an answer to the paper's prompt: the tokens in order, then eos.</summary>
    public static ScriptedModel Answering(CodeTokenizer tokenizer, string instruction, params int[] answer)
    {
        int prompt = new SampleTokenizer(tokenizer).EncodePrompt(instruction).Length;
        return new ScriptedModel(
            tokenizer.VocabularySize,
            position =>
                answer.ElementAtOrDefault((int)position + 1 - prompt) is var id && position + 1 - prompt < answer.Length
                    ? id
                    : tokenizer.EosTokenId
        );
    }

    /// <summary>A random decoder over the byte-level vocabulary.</summary>
    public static CausalLanguageModel Bytes() => TinyModels.Create(TinyModels.Llama with { VocabularySize = 300 });

    public Tensor Forward(ModelInput input)
    {
        using DisposeScope scope = NewDisposeScope();
        Passes.Add(input.RowLengths.Count);
        long[] ids = [.. input.PositionIds.data<long>().ToArray().Select(position => (long)next(position))];
        return OutputWeight.index_select(0, tensor(ids)).add(Bias).MoveToOuterDisposeScope();
    }

    public void Dispose() => OutputWeight.Dispose();
}
