using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tokenization;

/// <summary>
/// Decodes one sequence id by id and holds back what later ids may still change, such as the bytes of half a character. Not thread-safe.
/// </summary>
internal sealed class IncrementalDecoder
{
    private readonly CodeTokenizer tokenizer;
    private readonly bool skipSpecialTokens;
    private readonly DecodedText text = new();
    private readonly DecoderState first;

    // Characters of the context's text that are held back at its end; they are not given again.
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
    /// <param name="id">A token id; one outside the vocabulary stands for nothing.</param>
    /// <returns>The text that became certain by it; may be empty.</returns>
    public string Append(int id)
    {
        Accept(id);
        return Take();
    }

    /// <summary>Ends the sequence.</summary>
    /// <returns>What was held back.</returns>
    public string Finish()
    {
        first.End();
        return Take();
    }

    /// <summary>Takes an id and keeps the text.</summary>
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
