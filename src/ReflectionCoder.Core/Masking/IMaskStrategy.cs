using ReflectionCoder.Randomness;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Masking;

/// <summary>Chooses which tokens of the reflection sequence are hidden from the student.</summary>
/// <remarks>
/// A strategy decides only about the first assistant message, without its <c>&lt;|assistant|&gt;</c> and <c>&lt;|endofmessage|&gt;</c>.
/// Everything before it is always hidden, and everything after it is always visible. An implementation keeps no state between calls and
/// takes its random numbers only from the generator that is passed in, so that a run can be resumed exactly. One instance serves all
/// samples of a run, and is called by one thread at a time.
/// </remarks>
public interface IMaskStrategy
{
    /// <summary>Short name, used in logs and metrics, such as <c>block</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Says what the strategy does: its name and every setting that changes what is hidden, such as <c>block(Execution, Text, Code)</c>. A
    /// checkpoint keeps it, and a run can't be resumed with a strategy of another identity. So it must be the same in every process, and
    /// strategies that may hide different tokens must differ in it.
    /// </summary>
    string Identity { get; }

    /// <summary>Marks the tokens to hide.</summary>
    /// <param name="reflection">The tokens that may be hidden, and the blocks they form.</param>
    /// <param name="maskRate">Share of the tokens or blocks to hide, from 0 to 1.</param>
    /// <param name="random">The run's random generator.</param>
    /// <param name="visible">
    /// Whether the student sees each token of <paramref name="reflection"/>, [n]. All are true at first; set false to hide.
    /// </param>
    void Hide(ReflectionTokens reflection, double maskRate, NumpyRandomState random, Span<bool> visible);
}

/// <summary>The tokens of a sample that a strategy may hide.</summary>
/// <param name="TokenIds">Ids of the first assistant message's blocks, including the blocks' markers, [n].</param>
/// <param name="Blocks">
/// The blocks in order; together they cover all n tokens. <see cref="TokenSpan.Start"/> is an index into <paramref name="TokenIds"/>.
/// </param>
public sealed record ReflectionTokens(ReadOnlyMemory<int> TokenIds, IReadOnlyList<TokenSpan> Blocks)
{
    /// <summary>The number of tokens, n.</summary>
    public int Length => TokenIds.Length;
}
