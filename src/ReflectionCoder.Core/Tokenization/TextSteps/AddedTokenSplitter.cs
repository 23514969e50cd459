using System.Buffers;
using System.Globalization;
using System.Text;

namespace ReflectionCoder.Tokenization.TextSteps;

/// <summary>
/// Finds added tokens in a text as Hugging Face's library does: the leftmost token first, and of those that start at the same place the
/// longest.
/// </summary>
internal sealed class AddedTokenSplitter
{
    private readonly SearchValues<string> anyToken;
    private readonly Dictionary<char, (string Text, AddedToken Token)[]> byFirstCharacter;

    /// <summary>Creates the splitter.</summary>
    /// <param name="tokens">The tokens, each with the text to search for.</param>
    public AddedTokenSplitter(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        (string Text, AddedToken Token)[] all = [.. tokens];
        anyToken = SearchValues.Create([.. all.Select(token => token.Text)], StringComparison.Ordinal);
        byFirstCharacter = all.GroupBy(token => token.Text[0])
            .ToDictionary(group => group.Key, group => group.OrderByDescending(token => token.Text.Length).ToArray());
    }

    /// <summary>Takes the text between two added tokens.</summary>
    /// <param name="text">The text.</param>
    /// <param name="atStart">Whether it is at the start of the whole text.</param>
    public delegate void Between(string text, bool atStart);

    /// <summary>Splits text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="specialTokens">Whether special tokens and markers are searched for; if not, their text stays text.</param>
    /// <param name="ids">Where the ids of found tokens go.</param>
    /// <param name="between">Called for each text between tokens that isn't empty, in order with the ids.</param>
    public void Split(string text, bool specialTokens, List<int> ids, Between between)
    {
        int consumed = 0;
        int searched = 0;
        while (Find(text, searched, out int start) is (string found, AddedToken token))
        {
            int end = searched = start + found.Length;
            if ((!specialTokens && token.IsSpecial) || (token.IsSingleWord && !StandsAlone(text, start, end)))
            {
                continue;
            }

            if (token.StripsLeft)
            {
                start = Math.Max(text.AsSpan(0, start).TrimEnd().Length, consumed);
            }

            if (token.StripsRight)
            {
                end = text.Length - text.AsSpan(end).TrimStart().Length;
            }

            if (consumed < start)
            {
                between(text[consumed..start], consumed == 0);
            }

            // A token of white space may already belong to the token before it, and is then empty.
            if (start < end)
            {
                ids.Add(token.Id);
            }

            consumed = end;
        }

        if (consumed < text.Length)
        {
            between(consumed == 0 ? text : text[consumed..], consumed == 0);
        }
    }

    private (string Text, AddedToken Token)? Find(string text, int from, out int start)
    {
        start = text.AsSpan(from).IndexOfAny(anyToken);
        if (start < 0)
        {
            return null;
        }

        start += from;
        foreach ((string Text, AddedToken Token) candidate in byFirstCharacter[text[start]])
        {
            if (text.AsSpan(start).StartsWith(candidate.Text, StringComparison.Ordinal))
            {
                return candidate;
            }
        }

        return null;
    }

    private static bool StandsAlone(string text, int start, int end)
    {
        Rune.DecodeLastFromUtf16(text.AsSpan(0, start), out Rune before, out _);
        Rune.DecodeFromUtf16(text.AsSpan(end), out Rune after, out _);
        return (start == 0 || !IsWord(before)) && (end == text.Length || !IsWord(after));
    }

    /// <summary>Rust's <c>\w</c>: letters, marks, decimal digits, connectors, letter numbers, joiners and circled letters.</summary>
    private static bool IsWord(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.UppercaseLetter
                or UnicodeCategory.LowercaseLetter
                or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter
                or UnicodeCategory.OtherLetter
                or UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.EnclosingMark
                or UnicodeCategory.DecimalDigitNumber
                or UnicodeCategory.LetterNumber
                or UnicodeCategory.ConnectorPunctuation
        || rune.Value
            is 0x200c
                or 0x200d
                or (>= 0x24b6 and <= 0x24e9)
                or (>= 0x1f130 and <= 0x1f149)
                or (>= 0x1f150 and <= 0x1f169)
                or (>= 0x1f170 and <= 0x1f189);
}
