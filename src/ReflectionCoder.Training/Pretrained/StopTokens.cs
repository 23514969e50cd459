using ReflectionCoder.Modeling;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Pretrained;

/// <summary>What ends a fine-tuned model's answer.</summary>
internal static class StopTokens
{
    /// <summary>
    /// Adds eos, <c>&lt;|endofblock|&gt;</c> and <c>&lt;|endofmessage|&gt;</c> to the ids that end generation: the reference's evaluation
    /// and <c>TextGenerator</c> stop there, and Hugging Face's <c>generate</c> does when <c>generation_config.json</c> says so. Ids that
    /// are there already stay in front.
    /// </summary>
    internal static GenerationConfig AddTo(GenerationConfig generation, CodeTokenizer tokenizer)
    {
        IReadOnlyList<int> present = generation.EosTokenIds;
        int[] all =
        [
            .. present
                .Append(tokenizer.EosTokenId)
                .Append(tokenizer.MarkerIds.EndOfBlock)
                .Append(tokenizer.MarkerIds.EndOfMessage)
                .Distinct(),
        ];
        return all.Length > present.Count ? generation with { EosTokenIds = all } : generation;
    }
}
