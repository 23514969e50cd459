using ReflectionCoder.Modeling;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Pretrained;

/// <summary>The ids that end the answer of a fine-tuned model.</summary>
internal static class StopTokens
{
    /// <summary>
    /// Adds eos, <c>&lt;|endofblock|&gt;</c> and <c>&lt;|endofmessage|&gt;</c> to the ids that end generation. The paper's evaluation and
    /// <c>TextGenerator</c> stop at them anyway; Hugging Face's <c>generate</c> does only if <c>generation_config.json</c> lists them. Ids
    /// that are listed already stay in front.
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
