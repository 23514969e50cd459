using System.Diagnostics;
using System.Globalization;
using ReflectionCoder.Curation;

namespace ReflectionCoder.Benchmarks;

/// <summary>
/// Times the search for duplicates in generated tasks: of a hundred texts three repeat an earlier one exactly, and five nearly (a word
/// more, another name of a variable, or sentences in another order). Prints what was found, the seconds and the peak memory.
/// </summary>
internal static class DuplicateRace
{
    private static readonly string[] Verbs = ["count", "find", "merge", "sort", "group", "remove", "replace", "sum", "rotate", "compare"];

    private static readonly string[] Nouns =
    [
        "words",
        "orders",
        "prices",
        "intervals",
        "nodes",
        "rows",
        "letters",
        "dates",
        "scores",
        "paths",
        "tokens",
        "cells",
        "users",
        "events",
        "matrices",
        "digits",
    ];

    private static readonly string[] Traits =
    [
        "that occur more than once",
        "that are larger than the mean",
        "whose length is a prime number",
        "that begin with a vowel",
        "in the order of their first appearance",
        "that lie between two bounds",
        "without those at odd positions",
        "that are equal when reversed",
        "with the smallest difference",
        "that no other one contains",
    ];

    private static readonly string[] Statements =
    [
        "for {0} in {1}:\n        if {0} not in {2}:\n            {2}.append({0})",
        "{2} = sorted({1}, key=lambda {0}: (len({0}), {0}))",
        "while {1} and {1}[0] < {2}:\n        {0} = {1}.pop(0)",
        "{0} = {{}}\n    for {2} in {1}:\n        {0}[{2}] = {0}.get({2}, 0) + 1",
        "if not {1}:\n        return {0}",
        "{2} = [{0} for {0} in {1} if {0} % {3} == 0]",
        "for i in range(len({1}) - 1):\n        {2} = max({2}, {1}[i] + {3})",
        "{0}, {2} = {2}, {0} + {1}[{3}]",
        "{0} = ''.join(reversed({1})).strip()\n    {2} = {0}.split(',')[{3}:]",
        "try:\n        {2} = int({1}[{3}])\n    except ValueError:\n        {2} = {0}",
    ];

    public static int Run(int count)
    {
        Random random = new(3407);
        string[] texts = new string[count];
        int exact = 0;
        int near = 0;
        for (int i = 0; i < count; i++)
        {
            int kind = random.Next(100);
            bool repeats = i > 0 && kind < 8;
            string text = repeats ? texts[random.Next(i)] : Task(random);
            texts[i] = repeats && kind >= 3 ? Changed(text, random) : text;
            exact += repeats && kind < 3 ? 1 : 0;
            near += repeats && kind >= 3 ? 1 : 0;
        }

        DuplicateFinder finder = new();
        int foundExact = 0;
        int foundNear = 0;
        Stopwatch watch = Stopwatch.StartNew();
        for (int i = 0; i < count; i++)
        {
            if (finder.Add(i.ToString(CultureInfo.InvariantCulture), texts[i]) is { } match)
            {
                foundExact += match.IsExact ? 1 : 0;
                foundNear += match.IsExact ? 0 : 1;
            }
        }

        watch.Stop();
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                texts: {count}, of {texts.Min(text => text.Length)} to {texts.Max(text => text.Length)} characters (mean {texts.Average(
                    text => text.Length
                ):F0})
                planted: {exact} exact, {near} near
                found: {foundExact} exact, {foundNear} near
                seconds: {watch.Elapsed.TotalSeconds:F1}
                peak memory: {process.PeakWorkingSet64 / 1e6:F0} MB, the texts included
                """
            )
        );
        return 0;
    }

    private static string Task(Random random)
    {
        string name = $"{Pick(Verbs, random)}_{Pick(Nouns, random)}_{random.Next(1000)}";
        List<string> lines = [$"Write a Python function `{name}` that takes a list of {Pick(Nouns, random)}."];
        int sentences = random.Next(1, 8);
        for (int i = 0; i < sentences; i++)
        {
            lines.Add($"It must {Pick(Verbs, random)} the {Pick(Nouns, random)} {Pick(Traits, random)}, at most {random.Next(100)}.");
        }

        lines.Add($"\ndef {name}(items):");
        int statements = random.Next(2, 18);
        for (int i = 0; i < statements; i++)
        {
            object[] names = [Name(random), Name(random), Name(random), random.Next(50)];
            lines.Add("    " + string.Format(CultureInfo.InvariantCulture, Pick(Statements, random), names));
        }

        lines.Add($"    return {Name(random)}");
        return string.Join('\n', lines);
    }

    private static string Changed(string text, Random random)
    {
        string[] lines = text.Split('\n');
        switch (random.Next(3))
        {
            case 0:
                return text.Insert(text.IndexOf(' ', StringComparison.Ordinal), " please");
            case 1:
                return text.Replace("items", "values", StringComparison.Ordinal) + "  # done";
            default:
                (lines[0], lines[1]) = (lines[1], lines[0]);
                return string.Join('\n', lines);
        }
    }

    private static string Name(Random random) => $"{Pick(Nouns, random)}{(random.Next(2) == 0 ? "" : "_left")}";

    private static string Pick(string[] words, Random random) => words[random.Next(words.Length)];
}
