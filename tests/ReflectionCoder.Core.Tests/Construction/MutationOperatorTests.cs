using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Tests.Construction;

public sealed class MutationOperatorTests
{
    /// <summary>Operator, good program, one broken program that it must find, words that the diagnosis must hold.</summary>
    public static TheoryData<string, string, string, string> Examples { get; } =
        new()
        {
            { "comparison-boundary", In("if a < b:\n    return a"), In("if a <= b:\n    return a"), "`<=` where `<`" },
            { "comparison-direction", In("if a >= b:\n    return a"), In("if a <= b:\n    return a"), "`<=` instead of `>=`" },
            { "equality-swap", In("return a == b"), In("return a != b"), "`!=` where `==`" },
            { "membership-swap", In("return a not in b"), In("return a in b"), "`in` where `not in`" },
            { "membership-swap", In("if a is None:\n    return b"), In("if a is not None:\n    return b"), "`is not` where `is`" },
            { "assignment-in-condition", In("if a == b:\n    return 1"), In("if a = b:\n    return 1"), "needs `==`" },
            { "arithmetic-swap", In("return a + b"), In("return a - b"), "`-` where `+`" },
            { "division-kind", In("return a // 2"), In("return a / 2"), "float" },
            { "augmented-assignment", In("a += b\nreturn a"), In("a = b\nreturn a"), "overwrites `a`" },
            { "off-by-one-constant", In("return a * 10"), In("return a * 11"), "11 where 10" },
            { "dropped-grouping", In("return (a + b) * 2"), In("return a + b * 2"), "brackets around `a + b`" },
            {
                "range-bound",
                In("for i in range(1, a + 1):\n    b += i"),
                In("for i in range(1, a):\n    b += i"),
                "it is `a` but must be `a + 1`"
            },
            {
                "range-bound",
                In("for i in range(a):\n    b += i\nreturn b"),
                In("for i in range(a - 1):\n    b += i\nreturn b"),
                "the end of the range"
            },
            {
                "index-shift",
                In("for i in range(3):\n    b += a[i]\nreturn b"),
                In("for i in range(3):\n    b += a[i + 1]\nreturn b"),
                "`i + 1` but must be `i`"
            },
            { "index-shift", In("return a[-1]"), In("return a[-2]"), "`-2` but must be `-1`" },
            { "wrong-slice", In("return a[:b]"), In("return a[b:]"), "`[b:]`: it must be `[:b]`" },
            { "wrong-slice", In("return a[::-1]"), In("return a[:-1]"), "`[:-1]`" },
            { "boolean-swap", In("return a and b"), In("return a or b"), "which is `and`" },
            { "dropped-not", In("if not a:\n    return b"), In("if a:\n    return b"), "`not` is missing" },
            { "negated-condition", In("if a.isdigit():\n    return b"), In("if not a.isdigit():\n    return b"), "negates" },
            { "truth-swap", In("return True"), In("return False"), "`False` where `True`" },
            { "opposite-function", In("return max(a, b)"), In("return min(a, b)"), "opposite `max`" },
            { "wrong-variable", In("return a"), In("return b"), "`b` where `a`" },
            { "misspelt-name", In("total = a\nreturn total"), In("total = a\nreturn totals"), "`total` is misspelt as `totals`" },
            { "wrong-builtin", In("return len(a)"), In("return length(a)"), "called `len`" },
            { "wrong-method", In("a.append(b)\nreturn a"), In("a.push(b)\nreturn a"), "called `append`" },
            { "missing-import", "import re\n\n" + In("return re.escape(a)"), In("return re.escape(a)"), "`import re`" },
            { "swapped-arguments", In("return max(a, b)"), In("return max(b, a)"), "`b` and `a`" },
            { "missing-conversion", In("return str(a) + b"), In("return a + b"), "`str()` is missing" },
            { "missing-conversion", In("return int(a[0]) + 1"), In("return a[0] + 1"), "`int()` is missing" },
            {
                "dropped-call",
                In("for i in range(a):\n    b += i\nreturn b"),
                In("for i in a:\n    b += i\nreturn b"),
                "`range()` is missing"
            },
            { "missing-call-brackets", In("return a.lower()"), In("return a.lower"), "does not call it" },
            { "dropped-keyword-argument", In("return sorted(a, reverse=True)"), In("return sorted(a)"), "`reverse=True` is missing" },
            { "unsafe-lookup", In("return a.get(b, 0)"), In("return a[b]"), "key `b`" },
            { "assigned-none", In("a.append(b)\nreturn a"), In("a = a.append(b)\nreturn a"), "returns None" },
            { "missing-colon", In("if a:\n    return b"), In("if a\n    return b"), "lacks the colon" },
            { "unclosed-bracket", In("return len(a)"), In("return len(a"), "`)` is missing" },
            { "unclosed-string", In("return \"x\""), In("return \"x"), "closing quote" },
            { "missing-comma", In("return max(a, b)"), In("return max(a b)"), "between `a` and `b`" },
            { "stray-indentation", In("a += b\nreturn a"), In("a += b\n    return a"), "indented too far" },
            { "lost-indentation", In("if a:\n    return b"), In("if a:\nreturn b"), "not indented" },
            { "dropped-return", In("return a + b"), In("a + b"), "does not return it" },
            { "print-for-return", In("return a + b"), In("print(a + b)"), "`return` is needed" },
            {
                "early-return",
                In("for i in a:\n    b += i\nreturn b"),
                In("for i in a:\n    b += i\n    return b"),
                "inside the loop `for i in a:`"
            },
            { "removed-branch", In("if a:\n    b = 1\nreturn b"), In("return b"), "`if a:` with `b = 1` is missing" },
            { "removed-branch", In("if a:\n    b = 1\nelse:\n    b = 2\nreturn b"), In("if a:\n    b = 1\nreturn b"), "`else:`" },
            { "missing-base-case", In("if a == 0:\n    return b\nreturn f(a - 1, b)"), In("return f(a - 1, b)"), "base case `if a == 0:`" },
            {
                "split-elif",
                In("if a:\n    b = 1\nelif b:\n    b = 2\nreturn b"),
                In("if a:\n    b = 1\nif b:\n    b = 2\nreturn b"),
                "`elif` is needed"
            },
            { "loop-exit-swap", In("for i in a:\n    break\nreturn b"), In("for i in a:\n    continue\nreturn b"), "which is `break`" },
            { "missing-initialisation", In("t = 0\nt += a\nreturn t"), In("t += a\nreturn t"), "gives `t` its first value" },
            { "wrong-initial-value", In("t = []\nt.append(a)\nreturn t"), In("t = {}\nt.append(a)\nreturn t"), "must start with `[]`" },
            {
                "initialisation-in-loop",
                In("t = 0\nfor i in a:\n    t += i\nreturn t"),
                In("for i in a:\n    t = 0\n    t += i\nreturn t"),
                "starts anew"
            },
            {
                "removed-statement",
                In("for i in a:\n    b += i\n    b -= 1\nreturn b"),
                In("for i in a:\n    b += i\nreturn b"),
                "the line `b -= 1`"
            },
            {
                "mutable-default",
                In("t = []\nt.append(a)\nreturn t"),
                "def f(a, b, t=[]):\n    t.append(a)\n    return t\n",
                "made only once"
            },
        };

    [Theory]
    [MemberData(nameof(Examples))]
    public void Find_Example_GivesTheMistakeAndItsDiagnosis(string name, string good, string broken, string diagnosis)
    {
        IMutationOperator found = Assert.Single(MutationOperators.All, candidate => candidate.Name == name);
        Mutation? mutation = found
            .Find(PythonSource.Parse(good))
            .FirstOrDefault(one =>
                TextEdit.Apply(good, one.Edits) == broken || TrimLines(TextEdit.Apply(good, one.Edits)) == TrimLines(broken)
            );
        IEnumerable<string> all = found.Find(PythonSource.Parse(good)).Select(one => TextEdit.Apply(good, one.Edits));
        Assert.True(mutation is not null, "Found only:\n" + string.Join('\n', all));
        Assert.Equal(name, mutation.Operator);
        Assert.Contains(diagnosis, mutation.Diagnosis, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("membership-swap", "for i in a:\n    b += i\nreturn b")]
    [InlineData("membership-swap", "return [i for i in a]")]
    [InlineData("arithmetic-swap", "return -a")]
    [InlineData("arithmetic-swap", "return f(*a)")]
    [InlineData("wrong-slice", "return {a: b}")]
    [InlineData("index-shift", "return a[b]")]
    [InlineData("swapped-arguments", "return max(a, key=b)")]
    [InlineData("missing-base-case", "if a:\n    return b\nreturn a")]
    [InlineData("dropped-not", "return a not in b")]
    [InlineData("missing-comma", "return a, b")]
    [InlineData("removed-branch", "if a:\n    b = 1\nelse:\n    b = 2")]
    [InlineData("misspelt-name", "return a")]
    public void Find_NoPlace_GivesNothing(string name, string body)
    {
        // The function's header and the else branch are places of their own.
        IMutationOperator found = Assert.Single(MutationOperators.All, candidate => candidate.Name == name);
        string source = In(body);
        Assert.DoesNotContain(
            found.Find(PythonSource.Parse(source)),
            mutation =>
                !mutation.Diagnosis.Contains("else:", StringComparison.Ordinal)
                && !mutation.Diagnosis.Contains("def f", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void All_Operators_HaveUniqueNamesAndAnExample()
    {
        Assert.True(MutationOperators.All.Count >= 15);
        string[] names = [.. MutationOperators.All.Select(one => one.Name)];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.All(MutationOperators.All, one => Assert.NotEmpty(one.Description));
        HashSet<string> shown = [.. Examples.Select(row => row.Data.Item1)];
        Assert.Empty(names.Except(shown));
    }

    [Fact]
    public void Find_EverySolution_GivesMutationsThatChangeIt()
    {
        Dictionary<string, int> counts = MutationOperators.All.ToDictionary(one => one.Name, _ => 0);
        foreach (ProgrammingTask task in DataFiles.Tasks)
        {
            string text = task.Solution + "\n";
            PythonSource source = PythonSource.Parse(text);
            foreach (IMutationOperator one in MutationOperators.All)
            {
                Mutation[] first = [.. one.Find(source)];
                IEnumerable<Mutation> again = one.Find(PythonSource.Parse(text));
                Assert.Equal(
                    first.Select(mutation => TextEdit.Apply(text, mutation.Edits)),
                    again.Select(mutation => TextEdit.Apply(text, mutation.Edits))
                );
                foreach (Mutation mutation in first)
                {
                    string broken = TextEdit.Apply(text, mutation.Edits);
                    Assert.NotEqual(text, broken);
                    Assert.Equal(one.Name, mutation.Operator);
                    Assert.EndsWith(".", mutation.Diagnosis, StringComparison.Ordinal);
                    Assert.StartsWith("I ", mutation.Repair, StringComparison.Ordinal);
                    counts[one.Name]++;
                }
            }
        }

        Assert.All(counts, pair => Assert.True(pair.Value > 0, $"{pair.Key} finds no place in any task."));
    }

    /// <summary>A function f(a, b) with this body.</summary>
    private static string In(string body) => "def f(a, b):\n" + string.Concat(body.Split('\n').Select(line => "    " + line + "\n"));

    private static string TrimLines(string text) => string.Join('\n', text.Split('\n').Select(line => line.TrimEnd()));
}
