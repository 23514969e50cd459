using ReflectionCoder.Randomness;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Masking;

/// <summary>
/// Decides what the student half of a sample sees. Several strategies may be at work: one is drawn for each row, as the reference does.
/// </summary>
/// <remarks>
/// Always hidden: bos, the first user message, the first <c>&lt;|assistant|&gt;</c> and its <c>&lt;|endofmessage|&gt;</c>. Always visible:
/// everything after. Keeps no state; the draws come from the generator that is passed in.
/// </remarks>
public sealed class SequenceMasker
{
    /// <summary>Creates one.</summary>
    /// <param name="strategies">
    /// What to draw from, in this order (<see cref="MaskStrategies.InReferenceOrder"/> gives the reference's). None: everything stays
    /// visible.
    /// </param>
    public SequenceMasker(IReadOnlyList<IMaskStrategy> strategies)
    {
        ArgumentNullException.ThrowIfNull(strategies);
        Strategies = [.. strategies];
        foreach (IMaskStrategy strategy in Strategies)
        {
            ArgumentNullException.ThrowIfNull(strategy, nameof(strategies));
        }
    }

    /// <summary>What is drawn from.</summary>
    public IReadOnlyList<IMaskStrategy> Strategies { get; }

    /// <summary>Masks a row.</summary>
    /// <param name="sample">A sample whose reflection sequence is made of whole blocks.</param>
    /// <param name="maskRate">Share to hide, 0 to 1.</param>
    /// <param name="random">The run's generator.</param>
    /// <returns>For each token whether the student half sees it, [T].</returns>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not a number from 0 to 1.</exception>
    /// <exception cref="SampleFormatException">The sample has no reflection sequence, or one that isn't made of whole blocks.</exception>
    public bool[] Mask(TokenizedSample sample, double maskRate, NumpyRandomState random) => Mask(sample, maskRate, random, out _);

    /// <summary>Masks a row and tells by which strategy.</summary>
    /// <param name="sample">A sample whose reflection sequence is made of whole blocks.</param>
    /// <param name="maskRate">Share to hide, 0 to 1.</param>
    /// <param name="random">The run's generator.</param>
    /// <param name="strategy">The strategy drawn; null when there are none.</param>
    /// <returns>For each token whether the student half sees it, [T].</returns>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not a number from 0 to 1.</exception>
    /// <exception cref="SampleFormatException">The sample has no reflection sequence, or one that isn't made of whole blocks.</exception>
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

    /// <summary>The maskable tokens of a sample.</summary>
    /// <param name="sample">The sample.</param>
    /// <returns>Its first assistant message, block by block.</returns>
    /// <exception cref="SampleFormatException">The sample has none, or one that isn't made of whole blocks.</exception>
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
