namespace ReflectionCoder.Samples.ComposeTasks.Operations;

/// <summary>What can be done to a list of strings.</summary>
internal static class WordListOperations
{
    private static readonly OperationsOf<string[]> From = new();
    private static readonly string[] Letters = ["a", "e", "o", "s"];

    public static IReadOnlyList<Operation> All { get; } =
    [
        From.To<string[]>(
            "upper_each",
            "[w.upper() for w in {v}]",
            v => Map(v, w => w.ToUpperInvariant()),
            "put every word in upper case",
            "turn each word to capital letters",
            "write the words in capitals"
        ),
        From.To<string[]>(
            "reverse_each",
            "[w[::-1] for w in {v}]",
            v => Map(v, w => new string([.. w.Reverse()])),
            "reverse every word",
            "spell each word backwards",
            "turn every word around"
        ),
        From.By<string[]>(
            "begin_each",
            "[w[:{k}] for w in {v}]",
            (v, k) => Map(v, w => w[..Math.Min(w.Length, (int)k)]),
            [2, 3],
            "shorten every word to its first {k} characters",
            "keep {k} characters from the start of each word",
            "cut each word after {k} characters"
        ),
        From.By<string[]>(
            "keep_longer",
            "[w for w in {v} if len(w) > {k}]",
            (v, k) => Keep(v, w => w.Length > k),
            [2, 3, 4, 5],
            "keep only the words longer than {k} characters",
            "drop words of up to {k} characters",
            "leave only words with more than {k} characters"
        ),
        From.Using<string[]>(
            "keep_containing",
            "[w for w in {v} if {k} in w]",
            (v, k) => Keep(v, w => w.Contains(k, StringComparison.Ordinal)),
            Letters,
            "keep only the words that contain {k}",
            "drop words without {k}",
            "leave only words with {k} in them"
        ),
        From.Using<string[]>(
            "drop_containing",
            "[w for w in {v} if {k} not in w]",
            (v, k) => Keep(v, w => !w.Contains(k, StringComparison.Ordinal)),
            Letters,
            "keep only the words that do not contain {k}",
            "drop words with {k} in them",
            "remove each word that contains {k}"
        ),
        From.To<string[]>(
            "sort_words",
            "sorted({v})",
            v => [.. v.Order(StringComparer.Ordinal)],
            "sort the words",
            "put the words in alphabetical order",
            "order the words from a to z"
        ),
        From.To<string[]>(
            "sort_by_length",
            "sorted({v}, key=len)",
            v => [.. v.OrderBy(w => w.Length)],
            "sort the words by length",
            "order the words from shortest to longest",
            "put shorter words before longer ones"
        ),
        From.To<string[]>(
            "reverse_words",
            "{v}[::-1]",
            v => [.. v.Reverse()],
            "reverse the order of the words",
            "turn the list of words around",
            "put the last word first and so on"
        ),
        From.By<string[]>(
            "take_words",
            "{v}[:{k}]",
            (v, k) => [.. v.Take((int)k)],
            [2, 3, 4],
            "keep the first {k} words",
            "take {k} words from the front",
            "cut the list after {k} words"
        ),
        From.To<long[]>(
            "lengths",
            "[len(w) for w in {v}]",
            v => [.. v.Select(w => (long)w.Length)],
            "replace every word by its length",
            "take the lengths of the words",
            "measure how long each word is"
        ),
        From.To<long>(
            "count_words",
            "len({v})",
            v => v.Length,
            "count the words",
            "find how many words there are",
            "take the number of words"
        ),
        From.Using<string>(
            "join_words",
            "{k}.join({v})",
            (v, k) => string.Join(k, v),
            [" ", "-", ", ", ""],
            "join the words with {k}",
            "write the words in one string with {k} between them",
            "put {k} between the words to form a string"
        ),
        From.To<string>(
            "longest",
            "max({v}, key=len, default='')",
            v => v.MaxBy(w => w.Length) ?? "",
            "find the longest word, or an empty string if there is none",
            "pick the word with most characters, else an empty string",
            "take the first longest word, or an empty string"
        ),
        From.To<string>(
            "initials",
            "''.join(w[:1] for w in {v})",
            v => string.Concat(v.Select(w => w.Length > 0 ? w[..1] : "")),
            "form a string of the first letters",
            "join the initials of the words",
            "take each word's first letter and join them"
        ),
        From.To<(string, long)[]>(
            "map_lengths",
            "{w: len(w) for w in {v}}",
            v => [.. v.Distinct().Select(w => (w, (long)w.Length))],
            "map each word to its length",
            "build a dictionary from word to length",
            "pair every word with its length in a dictionary"
        ),
    ];

    private static string[] Keep(string[] values, Func<string, bool> holds) => [.. values.Where(holds)];

    private static string[] Map(string[] values, Func<string, string> change) => [.. values.Select(change)];
}
