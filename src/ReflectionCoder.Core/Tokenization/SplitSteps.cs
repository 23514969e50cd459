using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace ReflectionCoder.Tokenization;

/// <summary>Splits text as Hugging Face's pre-tokenizers do: each step splits every piece that the step before left, and nothing is lost.</summary>
/// <remarks>No steps leave the text whole. Thread-safe.</remarks>
internal sealed class SplitSteps(IReadOnlyList<Regex> patterns) : PreTokenizer
{
    /// <summary>The pattern that GPT-2 splits by.</summary>
    public const string Gpt2Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => PreTokenize(text.AsSpan());

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text)
    {
        if (patterns.Count == 0)
        {
            return text.IsEmpty ? [] : [(0, text.Length)];
        }

        char[]? stand = Placeholders(text, out int[]? origins);
        ReadOnlySpan<char> source = stand is null ? text : stand;
        List<(int Offset, int Length)> pieces = [(0, source.Length)];
        foreach (Regex pattern in patterns)
        {
            List<(int Offset, int Length)> finer = new(pieces.Count * 2);
            foreach ((int offset, int length) in pieces)
            {
                Split(source.Slice(offset, length), offset, pattern, finer);
            }

            pieces = finer;
        }

        if (origins is not null)
        {
            for (int i = 0; i < pieces.Count; i++)
            {
                (int offset, int length) = pieces[i];
                pieces[i] = (origins[offset], origins[offset + length] - origins[offset]);
            }
        }

        return pieces;
    }

    private static void Split(ReadOnlySpan<char> piece, int offset, Regex pattern, List<(int Offset, int Length)> pieces)
    {
        int end = 0;
        foreach (ValueMatch match in pattern.EnumerateMatches(piece))
        {
            if (match.Index > end)
            {
                pieces.Add((offset + end, match.Index - end));
            }

            if (match.Length > 0)
            {
                pieces.Add((offset + match.Index, match.Length));
            }

            end = match.Index + match.Length;
        }

        if (end < piece.Length)
        {
            pieces.Add((offset + end, piece.Length - end));
        }
    }

    /// <summary>
    /// .NET's expressions see a character beyond U+FFFF as two surrogates; one placeholder of the same category takes its place.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="origins">For each placeholder index, and the end, the index in <paramref name="text"/>.</param>
    /// <returns>The text with placeholders; null when it needs none.</returns>
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

    // Rare characters, so that no pattern names them.
    private static char PlaceholderOf(UnicodeCategory category) => category switch
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
