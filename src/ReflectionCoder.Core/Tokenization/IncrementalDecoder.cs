using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tokenization;

/// <summary>
/// Decodes one sequence id by id. Text that later ids may still change is held back, such as the first bytes of a character. Not
/// thread-safe.
/// </summary>
internal sealed class IncrementalDecoder
{
    private readonly CodeTokenizer tokenizer;
    private readonly bool skipSpecialTokens;
    private readonly DecodedText text = new();
    private readonly DecoderState first;

    // The number of characters of the context's text that were held back at its end. They come out with later ids, and are then dropped.
    private int known;

    public IncrementalDecoder(CodeTokenizer tokenizer, bool skipSpecialTokens, IEnumerable<int> context)
    {
        this.tokenizer = tokenizer;
        this.skipSpecialTokens = skipSpecialTokens;
        DecoderState state = text;
        for (int i = tokenizer.Decoding.Count - 1; i >= 0; i--)
        {
            state = tokenizer.Decoding[i].Start(tokenizer.Decoding.Take(i).Any(step => step.Fuses), state);
        }

        first = state;
        int[] before = [.. context];
        if (before.Length > 0)
        {
            foreach (int id in before)
            {
                Accept(id);
            }

            known = tokenizer.Decode(before, skipSpecialTokens).Length - text.Take().Length;
        }
    }

    /// <summary>Takes the next id.</summary>
    /// <param name="id">A token id; an id outside the vocabulary is skipped.</param>
    /// <returns>The text that no later id can change; may be empty.</returns>
    public string Append(int id)
    {
        Accept(id);
        return Take();
    }

    /// <summary>Ends the sequence.</summary>
    /// <returns>The text that was held back.</returns>
    public string Finish()
    {
        first.End();
        return Take();
    }

    /// <summary>Takes the next id without returning text.</summary>
    public void Accept(int id)
    {
        if (tokenizer.TokenOf(id, skipSpecialTokens) is string token)
        {
            first.Accept(token);
        }
    }

    private string Take()
    {
        string taken = text.Take();
        int skipped = Math.Min(known, taken.Length);
        known -= skipped;
        return taken[skipped..];
    }
}
