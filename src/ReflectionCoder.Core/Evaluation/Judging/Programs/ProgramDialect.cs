using System.Text.RegularExpressions;

namespace ReflectionCoder.Evaluation.Judging.Programs;

/// <summary>How MultiPL-E writes the tests of a language, and how code that compares more is written in it.</summary>
internal sealed record ProgramDialect
{
    /// <summary>The language's name in the sandbox.</summary>
    public required string Language { get; init; }

    /// <summary>Finds the starts of the tests: all text before the call of the solution.</summary>
    public required Regex Head { get; init; }

    /// <summary>What stands between the call and the expected value.</summary>
    public required Regex Operator { get; init; }

    /// <summary>What stands after the expected value.</summary>
    public required Regex Tail { get; init; }

    /// <summary>
    /// How many of the last closing braces of the tests follow the place where all tests have run. The default value is 1.
    /// </summary>
    public int ClosingBraces { get; init; } = 1;

    /// <summary>Writes the code before the first test.</summary>
    public required Func<ProgramNames, string> Begin { get; init; }

    /// <summary>
    /// Writes a test from its call and the comparisons that follow it: it calls the solution once, and notes the result of each comparison.
    /// </summary>
    public required Func<ProgramNames, string, IReadOnlyList<Comparison>, string> Compare { get; init; }

    /// <summary>Writes the code after the last test, which prints <see cref="ProgramNames.Marker"/> and the results in a line.</summary>
    public required Func<ProgramNames, string> End { get; init; }

    /// <summary>Changes tests before they are searched. The default value changes nothing.</summary>
    public Func<string, string> Prepare { get; init; } = tests => tests;

    /// <summary>Changes the finished program. The default value changes nothing.</summary>
    public Func<string, string> Finish { get; init; } = program => program;

    /// <summary>Makes the pattern of a dialect. It is applied at a place, or finds all places.</summary>
    public static Regex Pattern(string pattern) =>
        new(pattern, RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));
}

/// <summary>A comparison of the solution's value: an operator and an expected value, as the tests write them.</summary>
/// <param name="Operator">Such as <c> == </c>.</param>
/// <param name="Expected">Such as <c>(3)</c>.</param>
internal sealed record Comparison(string Operator, string Expected);

/// <summary>The names that a program's added code uses. They are new for each run, so that they mean nothing to a solution.</summary>
/// <param name="Id">Letters and digits.</param>
/// <param name="Comparisons">How many comparisons the program makes.</param>
internal sealed record ProgramNames(string Id, int Comparisons)
{
    /// <summary>The text before the results.</summary>
    public string Marker => "rc-" + Id + "-";

    /// <summary>The variable that holds the results, a digit 0 or 1 for each comparison.</summary>
    public string Results => "rcb" + Id;

    /// <summary>The variable that holds the value of the solution.</summary>
    public string Value => "rcv" + Id;

    /// <summary>Another name.</summary>
    public string Other => "rco" + Id;
}
