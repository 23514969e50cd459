using ReflectionCoder.Randomness;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Masking;

/// <summary>
/// Decides which tokens of a sample the student sees. If there are several strategies, it draws one for each sample, as the paper's
/// reference code does.
/// </summary>
/// <remarks>
/// Always hidden: bos, the first user message, the first <c>&lt;|assistant|&gt;</c> and its <c>&lt;|endofmessage|&gt;</c>. Always visible:
/// everything after that. The strategies decide about what is left, the content of the first assistant message. A masker keeps no state;
/// all random numbers come from the generator that is passed in. It is thread-safe if its strategies are and each thread has its own
/// generator.
/// </remarks>
public sealed class SequenceMasker
{
    /// <summary>Creates a masker.</summary>
    /// <param name="strategies">
    /// The strategies to draw from; copied. Their order decides which one a seed draws; <see cref="MaskStrategies.InReferenceOrder"/>
    /// gives the reference's order. With an empty list every token is visible.
    /// </param>
    /// <exception cref="ArgumentNullException">The list or one of its items is null.</exception>
    public SequenceMasker(IReadOnlyList<IMaskStrategy> strategies)
    {
        ArgumentNullException.ThrowIfNull(strategies);
        Strategies = [.. strategies];
        foreach (IMaskStrategy strategy in Strategies)
        {
            ArgumentNullException.ThrowIfNull(strategy, nameof(strategies));
        }
    }

    /// <summary>The strategies that are drawn from, in order.</summary>
    public IReadOnlyList<IMaskStrategy> Strategies { get; }

    /// <summary>Masks a sample.</summary>
    /// <param name="sample">A sample. If there are strategies, it needs a reflection sequence that is made of whole blocks.</param>
    /// <param name="maskRate">Share of the reflection sequence to hide, from 0 to 1.</param>
    /// <param name="random">The run's random generator; its state changes.</param>
    /// <returns>For each token of the sample, whether the student sees it, [T].</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maskRate"/> is not a number from 0 to 1.</exception>
    /// <exception cref="SampleFormatException">
    /// There are strategies, but the sample has no reflection sequence, or one that isn't made of whole blocks.
    /// </exception>
    public bool[] Mask(TokenizedSample sample, double maskRate, NumpyRandomState random) => Mask(sample, maskRate, random, out _);

    /// <summary>Masks a sample, and gives the strategy that was drawn.</summary>
    /// <param name="sample">A sample. If there are strategies, it needs a reflection sequence that is made of whole blocks.</param>
    /// <param name="maskRate">Share of the reflection sequence to hide, from 0 to 1.</param>
    /// <param name="random">The run's random generator; its state changes.</param>
    /// <param name="strategy">The strategy that was drawn; null if there is none.</param>
    /// <returns>For each token of the sample, whether the student sees it, [T].</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maskRate"/> is not a number from 0 to 1.</exception>
    /// <exception cref="SampleFormatException">
    /// There are strategies, but the sample has no reflection sequence, or one that isn't made of whole blocks.
    /// </exception>
    public bool[] Mask(TokenizedSample sample, double maskRate, NumpyRandomState random, out IMaskStrategy? strategy)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(random);
        MaskRate.Check(maskRate, nameof(maskRate));
        bool[] visible = new bool[sample.Length];
        if (Strategies.Count == 0)
        {
            strategy = null;
            Array.Fill(visible, true);
            return visible;
        }

        ReflectionTokens reflection = FindReflection(sample);
        strategy = Strategies[random.NextBounded(Strategies.Count - 1)];
        Span<bool> offered = visible.AsSpan(sample.ReflectionStart, reflection.Length);
        offered.Fill(true);
        strategy.Hide(reflection, maskRate, random, offered);
        visible.AsSpan(sample.ReflectionEnd + 1).Fill(true);
        return visible;
    }

    /// <summary>Finds the tokens of a sample that a strategy may hide.</summary>
    /// <param name="sample">The sample.</param>
    /// <returns>The content of its first assistant message, and the blocks it is made of.</returns>
    /// <exception cref="SampleFormatException">There is no such message, or it isn't made of whole blocks.</exception>
    internal static ReflectionTokens FindReflection(TokenizedSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        int start = sample.ReflectionStart;
        int end = sample.ReflectionEnd;
        if (start < 1 || end < start || end >= sample.Length)
        {
            throw new SampleFormatException(
                "The sample has no closed assistant message to mask; "
                    + $"expected '{Markers.Assistant}' and a '{Markers.EndOfMessage}' after it."
            );
        }

        List<TokenSpan> blocks = [];
        int covered = start;
        foreach (TokenSpan span in sample.Spans)
        {
            if (span.Start >= start && span.Start < end)
            {
                if (span.Start != covered)
                {
                    break;
                }

                covered += span.Length;
                blocks.Add(span with { Start = span.Start - start });
            }
        }

        return covered == end
            ? new ReflectionTokens(sample.InputIds.AsMemory(start, end - start), blocks)
            : throw new SampleFormatException(
                $"Tokens {covered} to {end - 1} of the first assistant message lie in no closed block "
                    + $"(does its content hold the text of '{Markers.EndOfMessage}'?); expected whole blocks up to "
                    + $"'{Markers.EndOfMessage}'."
            );
    }
}
