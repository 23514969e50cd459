using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Construction.Programs;

/// <summary>
/// What a language asks for: how a solution and its tests make one program, what a test compares, and what an error looks like. Immutable.
/// </summary>
/// <remarks>
/// This one takes tests as source text, and appends them to the solution: they hold the main function where the language needs one. It
/// reads no errors.
/// </remarks>
internal class TestLanguage
{
    private static readonly Dictionary<string, TestLanguage> Known = new TestLanguage[]
    {
        new PythonTests(),
        new JavaScriptTests("javascript", "JavaScript", "solution.js"),
        new JavaScriptTests("typescript", "TypeScript", "solution.ts"),
        new CSharpTests(),
        new GoTests(),
        new JavaTests(),
        new PhpTests(),
        new("cpp", "C++"),
        new("c", "C"),
        new("rust", "Rust"),
        new("ruby", "Ruby"),
        new("bash", "Bash"),
        new("swift", "Swift"),
    }.ToDictionary(language => language.Name);

    protected TestLanguage(string name, string title)
    {
        Name = name;
        Title = title;
    }

    /// <summary>The language's name, such as <c>csharp</c>. It also marks code fences.</summary>
    public string Name { get; }

    /// <summary>The language's name in a sentence, such as "C#".</summary>
    public string Title { get; }

    /// <summary>Finds a language by its name or an alias. One that isn't known takes tests as source text.</summary>
    public static TestLanguage For(string name)
    {
        string known = SandboxLanguages.All.FirstOrDefault(language => language.IsCalled(name))?.Name ?? name;
        return Known.GetValueOrDefault(known)
            ?? new TestLanguage(known, known.Length == 0 ? known : char.ToUpperInvariant(known[0]) + known[1..]);
    }

    /// <summary>
    /// The statement that the program ends with if all tests have passed; null if tests are source text, which may end anywhere.
    /// </summary>
    public virtual string? Announcement => null;

    /// <summary>Joins a solution and statements or source text that come after it. The result has no line feed at its end.</summary>
    public virtual string Join(string solution, IReadOnlyList<string> tests) =>
        $"{solution.TrimEnd('\n')}\n\n{string.Join('\n', tests).TrimEnd('\n')}";

    /// <summary>The parts of a test; null if it compares nothing, or isn't simple.</summary>
    public virtual TestParts? Read(string test) => null;

    /// <summary>The expression that a test computes first: the tested call, or all that is said to hold. Null if it isn't simple.</summary>
    public virtual string? Tested(string test) => Read(test)?.Call;

    /// <summary>A statement that prints the value of a tested call in one line.</summary>
    public virtual string Print(TestParts test) => throw new NotSupportedException($"{Title} tests aren't read.");

    /// <summary>Reads what a program printed to standard error, or what its compiler printed.</summary>
    /// <returns>The error; null if the text shows none that can be read.</returns>
    public virtual ErrorReport? ReadError(string errorOutput, string program) => null;
}

/// <summary>What a test compares.</summary>
/// <param name="Call">The tested expression, such as <c>total([1, 2])</c>.</param>
/// <param name="Expected">The expression for the value that it must have.</param>
internal sealed record TestParts(string Call, string Expected)
{
    /// <summary>Whether the value is a sequence, which has to be joined to be printed. The default value is false.</summary>
    public bool IsSequence { get; init; }
}
