namespace ReflectionCoder.Construction.Programs;

/// <summary>Joins an attempt and the tests into the program that is shown and run, and reads its output.</summary>
internal sealed class TestProgram
{
    private readonly List<TestParts> shown;
    private readonly List<string> shownTests;
    private readonly IReadOnlyList<string> tests;
    private readonly List<string> statements;

    /// <param name="language">Name of the language.</param>
    /// <param name="tests">The tests.</param>
    /// <param name="shownCalls">For how many of the tested calls the value is printed before the tests.</param>
    /// <param name="announces">Whether the program says that all tests passed. It always does if it prints nothing else.</param>
    public TestProgram(string language, IReadOnlyList<string> tests, int shownCalls, bool announces)
    {
        Language = TestLanguage.For(language);
        this.tests = tests;
        shownTests = [.. tests.Where(test => Language.Read(test) is not null).Take(shownCalls)];
        shown = [.. shownTests.Select(test => Language.Read(test)!)];
        statements = [.. shown.Select(Language.Print), .. tests];
        if ((announces || shown.Count == 0) && Language.Announcement is { } announcement)
        {
            statements.Add(announcement);
        }
    }

    /// <summary>The language of attempts and tests.</summary>
    public TestLanguage Language { get; }

    /// <summary>The statements after the attempt, in order: shown calls, tests, and what announces their success.</summary>
    public IReadOnlyList<string> Statements => statements;

    /// <summary>How many statements show calls. The tests come after them.</summary>
    public int ShownCalls => shown.Count;

    /// <summary>The test that a statement is, or whose call it shows; null for what announces success.</summary>
    public string? TestAt(int statement) =>
        statement < shown.Count ? shownTests[statement]
        : statement - shown.Count < tests.Count ? tests[statement - shown.Count]
        : null;

    /// <summary>The whole program, without a line feed at its end.</summary>
    public string Source(string attempt) => Language.Join(attempt, statements);

    /// <summary>
    /// The value that the program printed for the call of a test; null if it failed before that, or doesn't show the call.
    /// </summary>
    public string? PrintedValue(string test, string standardOutput)
    {
        int index = Language.Read(test) is { } parts ? shown.FindIndex(one => one.Call == parts.Call) : -1;
        string[] lines = standardOutput.TrimEnd('\n').Split('\n');
        return index >= 0 && lines.Length == shown.Count && lines[index].Length > 0 ? lines[index] : null;
    }
}
