namespace ReflectionCoder.Tests.Evaluation.Judging;

/// <summary>A solution with tests that it passes, and solutions that don't pass them.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Code">The solution; in the file of cheats, the cheat.</param>
/// <param name="Tests">The tests.</param>
/// <param name="EntryPoints">The names that the tests use.</param>
/// <param name="Wrong">Solutions that the tests tell from the right one.</param>
/// <param name="Honest">Solutions that pass where a cheat doesn't.</param>
internal sealed record JudgeProgram(
    string Name,
    string Code,
    string Tests,
    IReadOnlyList<string> EntryPoints,
    IReadOnlyList<string> Wrong,
    IReadOnlyList<string> Honest
);

/// <summary>
/// Reads the files of programs. A program begins with a line <c>=== name</c>; then come the code, <c>--- tests</c> (with the entry points,
/// if they aren't <c>f</c>) and other solutions, <c>--- wrong</c> or <c>--- honest</c>.
/// </summary>
internal static class JudgePrograms
{
    public static TheoryData<string> Kinds => ["containers", "classes", "errors", "records", "functions"];

    public static IReadOnlyList<JudgeProgram> Read(string kind)
    {
        string text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Evaluation/Judging/Programs", $"{kind}.txt"));
        return [.. $"\n{text}".Split("\n=== ").Skip(1).Select(Parse)];
    }

    private static JudgeProgram Parse(string text)
    {
        string[] parts = text.Split("\n--- ");
        (string name, string code) = Cut(parts[0]);
        (string heading, string tests) = Cut(parts[1]);
        string[] names = heading.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
        return new JudgeProgram(name, code, tests, names.Length == 0 ? ["f"] : names, Others("wrong"), Others("honest"));

        string[] Others(string word) => [.. parts[2..].Select(Cut).Where(part => part.Heading == word).Select(part => part.Body)];
    }

    private static (string Heading, string Body) Cut(string text)
    {
        int end = text.IndexOf('\n', StringComparison.Ordinal);
        return (text[..end], text[(end + 1)..]);
    }
}
