namespace ReflectionCoder.Samples.ComposeTasks.Operations;

/// <summary>What can be done to a string.</summary>
internal static class TextOperations
{
    private static readonly OperationsOf<string> From = new();
    private static readonly string[] Letters = ["a", "e", "o", "s"];

    public static IReadOnlyList<Operation> All { get; } =
    [
        From.To<string>(
            "upper",
            "{v}.upper()",
            v => v.ToUpperInvariant(),
            "put the text in upper case",
            "turn the text to capital letters",
            "write the text in capitals"
        ),
        From.To<string>(
            "lower",
            "{v}.lower()",
            v => v.ToLowerInvariant(),
            "put the text in lower case",
            "turn the text to small letters",
            "write the text without capitals"
        ),
        From.To<string>(
            "swap_case",
            "{v}.swapcase()",
            v => string.Concat(v.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c))),
            "swap upper and lower case",
            "turn capitals into small letters and the other way round",
            "invert the case of every letter"
        ),
        From.To<string>(
            "reverse_text",
            "{v}[::-1]",
            v => new string([.. v.Reverse()]),
            "reverse the text",
            "spell the text backwards",
            "turn the text around"
        ),
        From.To<string>(
            "drop_spaces",
            "{v}.replace(' ', '')",
            v => v.Replace(" ", "", StringComparison.Ordinal),
            "remove all spaces",
            "delete every space",
            "take the spaces out"
        ),
        From.Using<string>(
            "replace_spaces",
            "{v}.replace(' ', {k})",
            (v, k) => v.Replace(" ", k, StringComparison.Ordinal),
            ["-", "_", "."],
            "replace every space by {k}",
            "write {k} instead of spaces",
            "turn each space into {k}"
        ),
        From.Using<string>(
            "remove_letter",
            "{v}.replace({k}, '')",
            (v, k) => v.Replace(k, "", StringComparison.Ordinal),
            Letters,
            "remove every {k}",
            "delete all {k} from the text",
            "take each {k} out"
        ),
        From.To<string>(
            "keep_letters",
            "''.join(c for c in {v} if c.isalpha())",
            v => string.Concat(v.Where(char.IsAsciiLetter)),
            "keep only the letters",
            "drop all characters that are not letters",
            "leave only letters"
        ),
        From.To<string>(
            "drop_vowels",
            "''.join(c for c in {v} if c not in 'aeiou')",
            v => string.Concat(v.Where(c => !"aeiou".Contains(c, StringComparison.Ordinal))),
            "remove the small vowels",
            "drop every lower-case vowel",
            "delete a, e, i, o and u"
        ),
        From.To<string>(
            "double_characters",
            "''.join(c * 2 for c in {v})",
            v => string.Concat(v.Select(c => new string(c, 2))),
            "double every character",
            "write each character twice",
            "repeat every character once"
        ),
        From.By<string>(
            "begin",
            "{v}[:{k}]",
            (v, k) => v[..Math.Min(v.Length, (int)k)],
            [3, 4, 5, 6],
            "keep the first {k} characters",
            "cut the text after {k} characters",
            "take {k} characters from the start"
        ),
        From.By<string>(
            "end",
            "{v}[-{k}:]",
            (v, k) => v[Math.Max(0, v.Length - (int)k)..],
            [3, 4, 5, 6],
            "keep the last {k} characters",
            "take {k} characters from the end",
            "keep only the final {k} characters"
        ),
        From.Using<string>(
            "enclose",
            "{k} + {v} + {k}",
            (v, k) => k + v + k,
            ["*", "#", "_"],
            "put {k} at both ends",
            "enclose the text in {k}",
            "add {k} before and after the text"
        ),
        From.To<string[]>(
            "split",
            "{v}.split()",
            v => v.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            "split the text into words",
            "break the text at spaces",
            "take the words of the text"
        ),
        From.To<string[]>(
            "characters",
            "list({v})",
            v => [.. v.Select(c => c.ToString())],
            "make a list of the characters",
            "split the text into characters",
            "break the text into single characters"
        ),
        From.To<long>(
            "count_characters",
            "len({v})",
            v => v.Length,
            "count the characters",
            "find how long the text is",
            "take the length of the text"
        ),
        From.To<long>(
            "count_vowels",
            "sum(c in 'aeiou' for c in {v})",
            v => v.Count(c => "aeiou".Contains(c, StringComparison.Ordinal)),
            "count the small vowels",
            "find how many lower-case vowels there are",
            "count a, e, i, o and u"
        ),
        From.Using<long>(
            "count_of",
            "{v}.count({k})",
            (v, k) => v.Count(c => c == k[0]),
            Letters,
            "count how often {k} occurs",
            "find the number of {k}",
            "count every {k} in the text"
        ),
    ];
}
