using ReflectionCoder.Randomness;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Masking;

/// <summary>Chooses which tokens of the reflection sequence the student half does not see.</summary>
/// <remarks>
/// Only the first assistant message is offered, without its <c>&lt;|assistant|&gt;</c> and <c>&lt;|endofmessage|&gt;</c>: what precedes
/// it is always hidden, what follows always visible. Implementations keep no state between calls; every draw comes from the
/// generator that is passed in, so a run can be resumed exactly. One instance serves all samples, on one thread at a time.
/// </remarks>
public interface IMaskStrategy
{
    /// <summary>Short name for logs and metrics, such as <c>block</c>.</summary>
    string Name { get; }

    /// <summary>
    /// What the strategy does, so that a resumed run is refused where it would go on with another one: its name and every setting that
    /// decides what is hidden, such as <c>block(Execution, Text, Code)</c>. The same in every process; two strategies that may hide
    /// different tokens never share it.
    /// </summary>
    string Identity { get; }

    /// <summary>Marks tokens visible or hidden.</summary>
    /// <param name="reflection">The tokens on offer and the blocks they form.</param>
    /// <param name="maskRate">Share to hide, 0 to 1.</param>
    /// <param name="random">The run's generator.</param>
    /// <param name="visible">One entry a token of <paramref name="reflection"/>; arrives all true; set false to hide.</param>
    void Hide(ReflectionTokens reflection, double maskRate, NumpyRandomState random, Span<bool> visible);
}

/// <summary>The maskable tokens of a sample.</summary>
/// <param name="TokenIds">Ids of the first assistant message, markers of its blocks included, n of them.</param>
/// <param name="Blocks">
/// The blocks that cover them, in order, with <see cref="TokenSpan.Start"/> relative to <paramref name="TokenIds"/>.
/// </param>
public sealed record ReflectionTokens(ReadOnlyMemory<int> TokenIds, IReadOnlyList<TokenSpan> Blocks)
{
    /// <summary>Number of maskable tokens n.</summary>
    public int Length => TokenIds.Length;
}
