using System.Globalization;

namespace ReflectionCoder.Tokenization.TextSteps;

/// <summary>Splits text as Hugging Face's pre-tokenizers do: each step splits the pieces of the step before.</summary>
/// <remarks>Without steps the pieces stay as they are. Thread-safe.</remarks>
internal sealed class SplitSteps(IReadOnlyList<SplitStep> steps)
{
    /// <summary>Splits pieces further.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="pieces">Its pieces.</param>
    /// <returns>The pieces after all steps.</returns>
    public List<(int Offset, int Length)> Refine(ReadOnlySpan<char> text, List<(int Offset, int Length)> pieces)
    {
        if (steps.Count == 0)
        {
            return pieces;
        }

        char[]? stand = Placeholders(text, out int[]? origins);
        ReadOnlySpan<char> source = stand is null ? text : stand;
        if (origins is not null)
        {
            pieces =
            [
                .. pieces.Select(piece =>
                    Between(Array.BinarySearch(origins, piece.Offset), Array.BinarySearch(origins, piece.Offset + piece.Length))
                ),
            ];
        }

        foreach (SplitStep step in steps)
        {
            List<(int Offset, int Length)> finer = new(Math.Max(pieces.Count * 2, source.Length / 4));
            foreach ((int offset, int length) in pieces)
            {
                step.Split(source.Slice(offset, length), offset, finer);
            }

            pieces = finer;
        }

        if (origins is not null)
        {
            for (int i = 0; i < pieces.Count; i++)
            {
                (int offset, int length) = pieces[i];
                pieces[i] = Between(origins[offset], origins[offset + length]);
            }
        }

        return pieces;

        static (int Offset, int Length) Between(int start, int end) => (start, end - start);
    }

    /// <summary>
    /// Replaces each character above U+FFFF by a placeholder of the same Unicode category. .NET's regular expressions would see it as two
    /// surrogates.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="origins">For each index in the result, and for its end, the index in <paramref name="text"/>.</param>
    /// <returns>The text with placeholders; null if it needs none.</returns>
    private static char[]? Placeholders(ReadOnlySpan<char> text, out int[]? origins)
    {
        origins = null;
        if (!text.ContainsAnyInRange('\ud800', '\udfff'))
        {
            return null;
        }

        List<char> characters = new(text.Length);
        List<int> indices = new(text.Length + 1);
        for (int i = 0; i < text.Length; i++)
        {
            indices.Add(i);
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                characters.Add(PlaceholderOf(CharUnicodeInfo.GetUnicodeCategory(char.ConvertToUtf32(text[i], text[i + 1]))));
                i++;
            }
            else
            {
                characters.Add(text[i]);
            }
        }

        indices.Add(text.Length);
        origins = [.. indices];
        return [.. characters];
    }

    // Rare characters, which no pattern is expected to name.
    private static char PlaceholderOf(UnicodeCategory category) =>
        category switch
        {
            UnicodeCategory.UppercaseLetter => '\ua640',
            UnicodeCategory.LowercaseLetter => '\ua641',
            UnicodeCategory.TitlecaseLetter => '\u1f88',
            UnicodeCategory.ModifierLetter => '\ua60c',
            UnicodeCategory.OtherLetter => '\ua4d0',
            UnicodeCategory.NonSpacingMark => '\ua66f',
            UnicodeCategory.SpacingCombiningMark => '\ua823',
            UnicodeCategory.EnclosingMark => '\ua670',
            UnicodeCategory.DecimalDigitNumber => '\ua8d0',
            UnicodeCategory.LetterNumber => '\ua6e6',
            UnicodeCategory.OtherNumber => '\ua830',
            UnicodeCategory.DashPunctuation => '\ufe58',
            UnicodeCategory.OtherPunctuation => '\ua60d',
            UnicodeCategory.MathSymbol => '\ufb29',
            UnicodeCategory.CurrencySymbol => '\ua838',
            UnicodeCategory.ModifierSymbol => '\ua700',
            UnicodeCategory.OtherSymbol => '\ua490',
            UnicodeCategory.Format => '\ufff9',
            UnicodeCategory.PrivateUse => '\ue000',
            _ => '\ufff0',
        };
}
