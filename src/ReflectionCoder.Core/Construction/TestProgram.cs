using System.Text;
using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction;

/// <summary>Joins an attempt and the tests into the program that is shown and run, and reads its output.</summary>
internal sealed class TestProgram
{
    private const string Success = "All tests passed.";
    private readonly IReadOnlyList<string> asserts;
    private readonly List<string> shown;
    private readonly bool announces;

    /// <param name="asserts">The tests.</param>
    /// <param name="shownCalls">For how many of the tested calls the value is printed before the tests.</param>
    /// <param name="announces">Whether the program says that all tests passed. It always does if it prints nothing else.</param>
    public TestProgram(IReadOnlyList<string> asserts, int shownCalls, bool announces)
    {
        this.asserts = asserts;
        shown = [.. asserts.Select(TestedCall).OfType<string>().Take(shownCalls)];
        this.announces = announces || shown.Count == 0;
    }

    /// <summary>The whole program, without a line feed at its end.</summary>
    public string Source(string attempt)
    {
        StringBuilder text = new();
        text.Append(attempt.TrimEnd('\n')).Append("\n\n");
        foreach (string call in shown)
        {
            text.Append("print(").Append(call).Append(")\n");
        }

        text.AppendJoin('\n', asserts);
        if (announces)
        {
            text.Append("\nprint(\"").Append(Success).Append("\")");
        }

        return text.ToString();
    }

    /// <summary>The call that an assert tests: the expression before its comparison.</summary>
    /// <returns>The call; null if the assert has no comparison, or the expression isn't simple.</returns>
    public static string? TestedCall(string assert)
    {
        (int start, int end, _) = Comparison(assert);
        return end > start ? assert[start..end] : null;
    }

    /// <summary>The value that an assert expects: the expression after its comparison, without the message.</summary>
    public static string? ExpectedValue(string assert)
    {
        (int start, int end, int behind) = Comparison(assert);
        if (end <= start)
        {
            return null;
        }

        PythonSource source = PythonSource.Parse(assert);
        int comma = Enumerable
            .Range(0, source.Code.Count)
            .FirstOrDefault(i => source.Is(i, ",") && source.Code[i].Depth == 0 && source.Code[i].Start >= behind, -1);
        return (comma < 0 ? assert[behind..] : assert[behind..source.Code[comma].Start]).Trim();
    }

    /// <summary>
    /// The value that the program printed for the call of an assert; null if it failed before that, or doesn't show the call.
    /// </summary>
    public string? PrintedValue(string assert, string standardOutput)
    {
        int index = TestedCall(assert) is { } call ? shown.IndexOf(call) : -1;
        string[] lines = standardOutput.TrimEnd('\n').Split('\n');
        return index >= 0 && lines.Length == shown.Count && lines[index].Length > 0 ? lines[index] : null;
    }

    /// <summary>Start and end of the tested call, and the start of the expected value, as positions in the assert.</summary>
    private static (int Start, int End, int Behind) Comparison(string assert)
    {
        PythonSource source = PythonSource.Parse(assert);
        for (int i = 1; i + 1 < source.Code.Count; i++)
        {
            if (source.Code[i].Depth == 0 && source.IsAny(i, "==", "is") && !source.Is(i + 1, "not"))
            {
                return (source.Code[1].Start, source.Code[i - 1].End, source.Code[i + 1].Start);
            }
        }

        return (0, 0, 0);
    }
}
