namespace ReflectionCoder.Samples.ReasoningTasks.Verification;

/// <summary>Reads one line of a derivation, <c>name = expression</c>, and computes its value. For one line.</summary>
/// <remarks>
/// An expression holds numbers of the problem, names of steps above, <c>+ - * / // %</c>, a minus in front, and parentheses. Reading ends
/// at the first thing that is wrong.
/// </remarks>
/// <param name="line">The line, without white space around it.</param>
/// <param name="known">The values of the steps above, by name.</param>
/// <param name="given">The numbers of the problem.</param>
internal sealed class StepReader(string line, IReadOnlyDictionary<string, long> known, IReadOnlyList<long> given)
{
    /// <summary>How deep parentheses and minus signs may be nested.</summary>
    public const int MaxDepth = 32;

    private const string LineEnd = "the line's end";

    private int at;
    private int depth;
    private string? error;

    /// <summary>The numbers of the problem that the line uses.</summary>
    public HashSet<long> Used { get; } = [];

    /// <summary>Reads the line.</summary>
    /// <returns>Name and value, or what is wrong.</returns>
    public (string Name, long Value, string? Error) Read()
    {
        string name = Word();
        if (name.Length == 0 || !Take("="))
        {
            return ("", 0, "is no step; expected `name = expression`");
        }

        if (known.TryGetValue(name, out long taken))
        {
            return ("", 0, $"`{name}` stands for {taken} already; each step has a name of its own");
        }

        long value = Sum();
        if (error is null && Next() != LineEnd)
        {
            Fail($"expected an operator or the line's end, found {Next()}");
        }

        return (name, value, error);
    }

    private long Sum() => Chain(Product, "+", "-");

    private long Product() => Chain(Signed, "*", "//", "/", "%");

    private long Chain(Func<long> operand, params string[] operators)
    {
        long value = operand();
        while (error is null && operators.FirstOrDefault(Take) is { } found)
        {
            long right = operand();
            if (error is null)
            {
                (value, error) = Arithmetic.Apply(found, value, right);
            }
        }

        return value;
    }

    private long Signed()
    {
        if (depth == MaxDepth)
        {
            return Fail($"is nested more than {MaxDepth} deep");
        }

        depth++;
        long value = Take("-") ? Negate(Signed()) : Operand();
        depth--;
        return value;
    }

    private long Negate(long value)
    {
        if (error is null)
        {
            (value, error) = Arithmetic.Apply("-", 0, value);
        }

        return value;
    }

    private long Operand()
    {
        if (Take("("))
        {
            long value = Sum();
            return error is not null || Take(")") ? value : Fail($"expected `)`, found {Next()}");
        }

        string word = Word();
        return word.Length > 0 ? Named(word)
            : Digits() is { Length: > 0 } digits ? Number(digits)
            : Fail($"expected a number, a name or `(`, found {Next()}");
    }

    private long Named(string name)
    {
        if (known.TryGetValue(name, out long value))
        {
            return value;
        }

        string? near = known.Keys.Where(other => NameDistance.Between(name, other) <= 2).MinBy(other => NameDistance.Between(name, other));
        return Fail(
            near is not null ? $"`{name}` is not known; did you mean `{near}`?"
            : known.Count == 0 ? $"`{name}` is not known; no step stands above"
            : $"`{name}` is not known; the steps above are {string.Join(", ", known.Keys)}"
        );
    }

    private long Number(string digits)
    {
        if (long.TryParse(digits, out long value) && given.Contains(value))
        {
            Used.Add(value);
            return value;
        }

        return Fail($"{digits} is no number of the problem; those are {string.Join(", ", given)}");
    }

    private long Fail(string what)
    {
        error ??= what;
        return 0;
    }

    /// <summary>Takes a sign, if it comes next.</summary>
    private bool Take(string sign)
    {
        SkipSpace();
        if (string.CompareOrdinal(line, at, sign, 0, sign.Length) != 0)
        {
            return false;
        }

        at += sign.Length;
        return true;
    }

    private string Word()
    {
        SkipSpace();
        int start = at;
        while (at < line.Length && (char.IsAsciiLetter(line[at]) || line[at] == '_' || (at > start && char.IsAsciiDigit(line[at]))))
        {
            at++;
        }

        return line[start..at];
    }

    private string Digits()
    {
        int start = at;
        while (at < line.Length && char.IsAsciiDigit(line[at]))
        {
            at++;
        }

        return line[start..at];
    }

    private string Next()
    {
        SkipSpace();
        return at == line.Length ? LineEnd : $"`{line[at]}`";
    }

    private void SkipSpace()
    {
        while (at < line.Length && line[at] is (' ' or '\t'))
        {
            at++;
        }
    }
}
