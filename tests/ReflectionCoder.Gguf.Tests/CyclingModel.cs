using ReflectionCoder.Modeling;
using ReflectionCoder.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests;

/// <summary>
/// Models whose layers add nothing, so that a token decides the next one: its embedding is a direction of its own, and the output row of
/// the next token is that direction.
/// </summary>
internal static class CyclingModel
{
    /// <summary>A model that goes from each token to the next one, and from the last to the first.</summary>
    internal static CausalLanguageModel Create(IReadOnlyList<int> cycle)
    {
        CausalLanguageModel model = RandomModels.Create(RandomModels.Llama);
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach ((string name, Tensor weight) in model.Parameters)
        {
            if (name.EndsWith("o_proj.weight", StringComparison.Ordinal) || name.EndsWith("down_proj.weight", StringComparison.Ordinal))
            {
                weight.zero_();
            }
        }

        model.InputEmbedding.mul_(0.01);
        model.OutputWeight.mul_(0.01);
        foreach ((int index, int id) in cycle.Index())
        {
            int next = cycle[(index + 1) % cycle.Count];
            model.InputEmbedding[id].zero_();
            model.InputEmbedding[id, index].fill_(1);
            model.OutputWeight[next].zero_();
            model.OutputWeight[next, index].fill_(1);
        }

        return model;
    }

    /// <summary>A model that answers every prompt with these characters, each of them once, and ends the answer.</summary>
    internal static CausalLanguageModel AfterPrompt(CodeTokenizer tokenizer, char[] answer) =>
        Create([
            tokenizer.MarkerIds.Text,
            .. tokenizer.EncodeText(new string(answer)),
            tokenizer.MarkerIds.EndOfBlock,
            tokenizer.MarkerIds.EndOfMessage,
        ]);
}
