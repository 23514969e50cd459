using ReflectionCoder.Sequences;

namespace ReflectionCoder.Generation;

/// <summary>A generated answer.</summary>
/// <param name="Text">The answer after its prefix, without markers, cut before a stop string.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="NewTokens">Tokens written, those of a stop string counted, a stop token not.</param>
/// <param name="FinishReason">Why it ended.</param>
public sealed record GeneratedText(string Text, int PromptTokens, int NewTokens, FinishReason FinishReason)
{
    /// <summary>
    /// The blocks that the answer is made of, the one that was opened for it first, without its prefix; their contents make up
    /// <see cref="Text"/>. Nothing that a model writes is lost: text outside a block is a text block, and a block that isn't closed ends
    /// with the answer.
    /// </summary>
    public IReadOnlyList<Block> Blocks { get; init; } = [];
}

/// <summary>A piece of an answer that is being written.</summary>
/// <param name="Text">Text that belongs to the answer for certain: whole characters, no part of a stop string.</param>
/// <param name="BlockType">What the block holds that it belongs to.</param>
/// <param name="BlockIndex">Which of the answer's blocks, from 0.</param>
public sealed record TextChunk(string Text, BlockType BlockType, int BlockIndex)
{
    /// <summary>The whole answer, with the last chunk alone, whose text is empty; else null.</summary>
    public GeneratedText? Answer { get; init; }
}
