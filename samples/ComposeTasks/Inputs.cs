namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>Values to test functions with.</summary>
internal static class Inputs
{
    private static readonly string[] Words =
    [
        "apple",
        "tree",
        "sun",
        "moon",
        "river",
        "stone",
        "cat",
        "dog",
        "bird",
        "fish",
        "house",
        "door",
        "table",
        "lamp",
        "book",
        "pen",
        "rain",
        "snow",
        "wind",
        "leaf",
        "root",
        "seed",
        "bread",
        "salt",
        "tea",
        "boat",
        "road",
        "star",
        "hill",
        "to",
        "as",
        "Oak",
        "Ash",
        "Elm",
    ];

    public static object Draw(ValueType type, SeededRandom random) =>
        type switch
        {
            ValueType.Numbers => DrawNumbers(random),
            ValueType.Words => DrawWords(random),
            ValueType.Text => DrawText(random),
            ValueType.Number => (long)random.Between(random.Chance(0.2) ? -30 : 1, random.Chance(0.3) ? 300 : 40),
            _ => DrawTable(random),
        };

    private static long[] DrawNumbers(SeededRandom random)
    {
        long[] numbers = [.. Enumerable.Range(0, random.Between(4, 5)).Select(_ => (long)random.Between(-9, 15))];

        // Duplicates tell sets from lists.
        return random.Chance(0.5) ? [.. numbers, numbers[random.Next(numbers.Length)]] : numbers;
    }

    private static string[] DrawWords(SeededRandom random)
    {
        string[] words = [.. Enumerable.Range(0, random.Between(3, 4)).Select(_ => random.Pick(Words))];
        return random.Chance(0.4) ? [.. words, words[random.Next(words.Length)]] : words;
    }

    private static string DrawText(SeededRandom random)
    {
        List<string> parts = [.. Enumerable.Range(0, 2).Select(_ => random.Pick(Words))];
        if (random.Chance(0.5))
        {
            parts.Insert(random.Next(parts.Count + 1), random.Between(1, 99).ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        string text = string.Join(' ', parts);
        return random.Chance(0.2) ? $" {text} " : text;
    }

    private static (string, long)[] DrawTable(SeededRandom random) =>
        [
            .. Enumerable
                .Range(0, random.Between(3, 4))
                .Select(_ => random.Pick(Words))
                .Distinct()
                .Select(word => (word, (long)random.Between(0, 9))),
        ];
}
