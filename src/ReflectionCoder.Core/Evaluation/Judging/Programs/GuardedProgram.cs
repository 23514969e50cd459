using System.Security.Cryptography;
using System.Text;

namespace ReflectionCoder.Evaluation.Judging.Programs;

/// <summary>A program of a solution and rewritten tests, and what it must print.</summary>
internal sealed class GuardedProgram
{
    /// <summary>About one guess in so many is right, if there are enough tests and expected values.</summary>
    private const double Guesses = 1000;

    private const int MostOthers = 7;

    private readonly string marker;
    private readonly IReadOnlyList<Check> checks;

    private GuardedProgram(string source, string marker, IReadOnlyList<Check> checks)
    {
        Source = source;
        this.marker = marker;
        this.checks = checks;
    }

    /// <summary>The program's source.</summary>
    public string Source { get; }

    /// <summary>Joins a solution and its tests.</summary>
    public static GuardedProgram Create(ProgramDialect dialect, string prefix, string code, string tests)
    {
        string prepared = dialect.Prepare(tests);
        IReadOnlyList<TestStatement> statements = TestStatement.FindAll(dialect, prepared);
        // What a dialect has prepared is a program only if all tests are rewritten.
        if (prepared != tests && statements.Count != dialect.Head.Count(prepared))
        {
            statements = [];
            prepared = tests;
        }

        tests = prepared;
        Check[] chosen = ChooseComparisons(statements);
        var names = new ProgramNames(RandomNumberGenerator.GetHexString(16, lowercase: true), chosen.Sum(check => check.Comparisons.Count));

        // MultiPL-E joins with a line feed too.
        var source = new StringBuilder(code.StartsWith(prefix, StringComparison.Ordinal) ? code : prefix + code).Append('\n');
        int end = FindEnd(tests, dialect.ClosingBraces);
        int at = 0;
        foreach (Check check in chosen)
        {
            source.Append(tests, at, check.Statement.Start - at);
            source.Append(at == 0 ? dialect.Begin(names) + "\n" : "");
            source.Append(dialect.Compare(names, check.Statement.Call, check.Comparisons));
            at = check.Statement.End;
        }

        end = Math.Max(at, end);
        source.Append(tests, at, end - at);
        source.Append(at == 0 ? "\n" + dialect.Begin(names) : "");
        source.Append('\n').Append(dialect.End(names)).Append('\n').Append(tests, end, tests.Length - end);
        return new GuardedProgram(dialect.Finish(source.ToString()), names.Marker, chosen);
    }

    /// <summary>What the program's output says went wrong; null if nothing did.</summary>
    public (string Details, string? Expected)? FindFailure(string output)
    {
        int at = output.LastIndexOf(marker, StringComparison.Ordinal);
        if (at < 0)
        {
            return ("The program ended before its tests did.", null);
        }

        ReadOnlySpan<char> results = output.AsSpan(at + marker.Length);
        foreach ((int index, Check check) in checks.Index())
        {
            if (results.Length < check.Comparisons.Count)
            {
                return ("The program ended before its tests did.", null);
            }

            TestStatement statement = check.Statement;
            Comparison right = statement.Comparison;
            string message = $"Failed test {index + 1} of {checks.Count}: {statement.Call}{right.Operator}{right.Expected}";
            if (results[check.Right] != '1')
            {
                return (message, right.Expected);
            }

            for (int i = 0; i < check.Comparisons.Count; i++)
            {
                if (i != check.Right && results[i] == '1')
                {
                    return ($"{message}: the value also equals {check.Comparisons[i].Expected}", right.Expected);
                }
            }

            results = results[check.Comparisons.Count..];
        }

        return null;
    }

    // Where the tests' last closing braces start. Code that is put there runs after all tests.
    private static int FindEnd(string tests, int braces)
    {
        int end = tests.Length;
        for (; braces > 0 && end > 0; braces--)
        {
            end = Math.Max(0, tests.LastIndexOf('}', end - 1));
        }

        return end;
    }

    private static Check[] ChooseComparisons(IReadOnlyList<TestStatement> statements)
    {
        List<(Comparison Comparison, string Literals)> expected =
        [
            .. statements
                .Select(statement => statement.Comparison)
                .Distinct()
                .Select(comparison => (comparison, ExpectedLiterals.Of(comparison.Expected))),
        ];
        Comparison[][] wrong = [.. statements.Select(statement => FindWrong(statement.Comparison, expected))];

        // The more comparisons a test has, the more the compiler has to do.
        int most = 1;
        while (most < MostOthers && CountGuesses(wrong, most) < Guesses)
        {
            most++;
        }

        return [.. statements.Zip(wrong, (statement, others) => Mix(statement, others, most))];
    }

    // The expected values of other tests look like right ones. A changed value only serves where there is none.
    private static Comparison[] FindWrong(Comparison right, List<(Comparison Comparison, string Literals)> expected)
    {
        string literals = ExpectedLiterals.Of(right.Expected);
        Comparison[] others =
        [
            .. expected
                .Where(other => other.Comparison.Operator == right.Operator && other.Literals != literals)
                .Select(other => other.Comparison),
        ];
        return others.Length > 0 || ExpectedLiterals.Change(right.Expected) is not { } changed
            ? others
            : [right with { Expected = changed }];
    }

    // A program that reads its source can't tell the right value of a test from the others. But if each value is right in one test only,
    // the tests tell something about each other. That leaves about (n / e) ^ tests of the n ^ tests guesses.
    private static double CountGuesses(Comparison[][] wrong, int most) =>
        wrong.Aggregate(1.0, (all, others) => all * Math.Max(1, (1 + Math.Min(most, others.Length)) / Math.E));

    private static Check Mix(TestStatement statement, Comparison[] others, int most)
    {
        RandomNumberGenerator.Shuffle(others.AsSpan());
        List<Comparison> mixed = [.. others.Take(most)];
        int right = RandomNumberGenerator.GetInt32(mixed.Count + 1);
        mixed.Insert(right, statement.Comparison);
        return new Check(statement, mixed, right);
    }

    private sealed record Check(TestStatement Statement, IReadOnlyList<Comparison> Comparisons, int Right);
}
