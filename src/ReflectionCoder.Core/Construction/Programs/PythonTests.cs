using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction.Programs;

/// <summary>Python: tests are assert statements of one line.</summary>
internal sealed class PythonTests() : TestLanguage("python", "Python")
{
    public override string Announcement => "print(\"All tests passed.\")";

    public override string Print(TestParts test) => $"print({test.Call})";

    /// <summary>The expressions before and after the comparison, without the message.</summary>
    public override TestParts? Read(string test)
    {
        PythonSource source = PythonSource.Parse(test);
        if (!source.Is(0, "assert"))
        {
            return null;
        }

        for (int i = 2; i + 1 < source.Code.Count; i++)
        {
            if (source.Code[i].Depth == 0 && source.IsAny(i, "==", "is") && !source.Is(i + 1, "not"))
            {
                int behind = source.Code[i + 1].Start;
                int comma = Enumerable
                    .Range(i, source.Code.Count - i)
                    .FirstOrDefault(t => source.Is(t, ",") && source.Code[t].Depth == 0, -1);
                string expected = comma < 0 ? test[behind..] : test[behind..source.Code[comma].Start];
                return new TestParts(test[source.Code[1].Start..source.Code[i - 1].End], expected.Trim());
            }
        }

        return null;
    }

    public override string? Tested(string test)
    {
        PythonSource source = PythonSource.Parse(test);
        if (Read(test) is { } parts)
        {
            return parts.Call;
        }

        int end = Enumerable
            .Range(0, source.Code.Count)
            .FirstOrDefault(i => source.Is(i, ",") && source.Code[i].Depth == 0, source.Code.Count);
        return source.Is(0, "assert") && end > 1 ? source.Between(1, end - 1) : null;
    }

    public override ErrorReport? ReadError(string errorOutput, string program) => PythonErrors.Read(errorOutput);
}
