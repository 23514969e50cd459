using ReflectionCoder.Sequences;

namespace ReflectionCoder.Generation;

/// <summary>A generated answer.</summary>
/// <param name="Text">The text after the prefix, without markers, cut before a stop string.</param>
/// <param name="PromptTokens">Number of tokens of the prompt.</param>
/// <param name="NewTokens">Number of tokens written; those of a stop string are counted, a stop token is not.</param>
/// <param name="FinishReason">Why it ended.</param>
public sealed record GeneratedText(string Text, int PromptTokens, int NewTokens, FinishReason FinishReason)
{
    /// <summary>
    /// The blocks of the answer, in order; their contents together are <see cref="Text"/>. If a block was opened for the answer, it is the
    /// first one, without its prefix. Text outside a block becomes a text block, and a block that isn't closed ends with the answer, so
    /// nothing that the model writes is lost. The default value is empty.
    /// </summary>
    public IReadOnlyList<Block> Blocks { get; init; } = [];

    /// <summary>The prompt's ids. The default value is empty: nothing was written.</summary>
    internal IReadOnlyList<int> PromptIds { get; init; } = [];

    /// <summary>All ids that the model wrote, those of a stop string and the stop token included. The default value is empty.</summary>
    internal IReadOnlyList<int> WrittenIds { get; init; } = [];
}

/// <summary>A piece of an answer that is being written.</summary>
/// <param name="Text">Text that certainly belongs to the answer: whole characters, and no part of a stop string.</param>
/// <param name="BlockType">The type of the block that the text belongs to.</param>
/// <param name="BlockIndex">The index of that block in the answer, from 0.</param>
public sealed record TextChunk(string Text, BlockType BlockType, int BlockIndex)
{
    /// <summary>
    /// The whole answer. Only the last chunk has it, and that chunk's text is empty. The default value is null: more chunks follow.
    /// </summary>
    public GeneratedText? Answer { get; init; }
}
