using System.Globalization;
using ReflectionCoder.Samples.ComposeTasks;

namespace ReflectionCoder.Samples.ReasoningTasks.Problems;

/// <summary>Tells a story in words, and asks for its derivation.</summary>
/// <param name="random">Chooses the words.</param>
/// <param name="phrases">How many of the three wordings of each sentence to choose from: the first ones.</param>
internal sealed class StoryWording(SeededRandom random, int phrases = 3)
{
    private static readonly string[] Names = ["Anna", "Ben", "Clara", "David", "Emma", "Felix", "Greta", "Henry", "Ida", "Jonas"];
    private static readonly (string One, string Many)[] Things =
    [
        ("egg", "eggs"),
        ("apple", "apples"),
        ("book", "books"),
        ("pen", "pens"),
        ("stone", "stones"),
        ("shell", "shells"),
        ("stamp", "stamps"),
        ("marble", "marbles"),
        ("plum", "plums"),
        ("candle", "candles"),
        ("cup", "cups"),
        ("tile", "tiles"),
        ("button", "buttons"),
        ("seed", "seeds"),
    ];

    private static readonly string[] Starts = ["{name} has {n} {unit}.", "There are {n} {unit}.", "{name} starts with {n} {unit}."];
    private static readonly string[] Questions =
    [
        "How many {unit} are there in the end?",
        "How many {unit} does that leave?",
        "What is the number of {unit} then?",
    ];

    private static readonly string[] Vocabulary =
    [
        .. OperationCatalog
            .All.SelectMany(operation => operation.Phrases)
            .Concat(Questions)
            .SelectMany(phrase => phrase.Split([' ', ',', '.', '?'], StringSplitOptions.RemoveEmptyEntries))
            .Where(word => word.All(char.IsAsciiLetterLower))
            .Distinct(),
    ];

    /// <summary>The instruction.</summary>
    public string Instruction(Story story)
    {
        (string one, string many) = random.Pick(Things);
        string start = Fill(Starts[random.Next(phrases)], story.Operations[0].From)
            .Replace("{name}", random.Pick(Names), StringComparison.Ordinal)
            .Replace("{n}", Text(story.Start), StringComparison.Ordinal);
        string[] events = [.. story.Events.Select(Tell)];
        string question = Fill(Questions[random.Next(phrases)], story.Operations[^1].To);
        string told = $"{start} {string.Join(' ', events)}";
        return random.Next(4) switch
        {
            0 => $"{told} {question} Derive the answer step by step.",
            1 => $"Derive the answer: {told} {question}",
            2 => $"{start}\n{string.Join('\n', events.Select((text, i) => $"{i + 1}. {text}"))}\n{question} Write the derivation.",
            _ => $"{question} {told} Write a step a line, the answer last.",
        };

        string Tell(StoryEvent happened) =>
            Fill(happened.Operation.Phrases[random.Next(phrases)], happened.Operation.From)
                .Replace("{k}", Text(happened.Parameters.K), StringComparison.Ordinal)
                .Replace("{j}", Text(happened.Parameters.J), StringComparison.Ordinal);

        string Fill(string phrase, Quantity quantity) =>
            phrase
                .Replace("{unit}", Unit(quantity, many), StringComparison.Ordinal)
                .Replace("{things}", many, StringComparison.Ordinal)
                .Replace("{thing}", one, StringComparison.Ordinal);
    }

    /// <summary>Words that mean nothing.</summary>
    public string Chatter(int count) => string.Join(' ', Enumerable.Range(0, count).Select(_ => random.Pick(Vocabulary)));

    private static string Unit(Quantity quantity, string things) =>
        quantity switch
        {
            Quantity.Things => things,
            Quantity.Boxes => "boxes",
            _ => "coins",
        };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
