using System.Text.RegularExpressions;

namespace ReflectionCoder.Evaluation.Answers;

/// <summary>A statement at the margin of Python code, with all that is indented below it, and the names that it gives and uses.</summary>
internal sealed partial class PythonStatement
{
    private readonly HashSet<string> bound = [];
    private readonly HashSet<string> words = [];

    public PythonStatement(IReadOnlyList<PythonLine> lines, int first, int end)
    {
        First = first;
        End = end;
        IsBody = char.IsWhiteSpace(lines[first].Text[0]);
        Code = string.Join('\n', Enumerable.Range(first, end - first).Select(i => lines[i].Mask));
        IsOpen = lines[end - 1].InBrackets;
        Match definition = Definition().Match(Code);
        IsDefinition = definition.Success;
        IsFunctionOrClass = IsDefinition || IsBody;
        Names = IsDefinition ? [definition.Groups["name"].Value] : [.. ReadNames()];
        foreach (Match word in Word().Matches(Code))
        {
            words.Add(word.Value);
        }

        foreach (Match match in Bound().Matches(Code))
        {
            foreach (Match word in Word().Matches(match.Groups["names"].Value))
            {
                bound.Add(word.Value);
            }
        }

        foreach (Match match in Global().Matches(Code))
        {
            bound.ExceptWith(Word().Matches(match.Value).Select(word => word.Value));
        }
    }

    /// <summary>Its first line.</summary>
    public int First { get; }

    /// <summary>The line behind its last one.</summary>
    public int End { get; }

    /// <summary>Its lines without what strings and comments hold.</summary>
    public string Code { get; }

    /// <summary>Whether it is indented: the rest of a function whose beginning is in the prompt.</summary>
    public bool IsBody { get; }

    /// <summary>Whether it defines a function or a class.</summary>
    public bool IsDefinition { get; }

    /// <summary>Whether it defines a function or a class, or is the rest of one.</summary>
    public bool IsFunctionOrClass { get; }

    /// <summary>Whether a bracket is still open at its end: the text was cut off.</summary>
    public bool IsOpen { get; }

    /// <summary>The names that it gives to the module: a function, a class, imports, or the targets of an assignment.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Whether it only assigns to names.</summary>
    public bool IsAssignment => Assignment().IsMatch(Code);

    /// <summary>Whether it imports something.</summary>
    public bool IsImport => Import().IsMatch(Code);

    /// <summary>Whether it runs something only in a program of its own.</summary>
    public bool IsMainGuard => MainGuard().IsMatch(Code);

    /// <summary>Whether a function in it has no code yet but <c>pass</c> or the like.</summary>
    public bool IsStub => IsDefinition && Stub().IsMatch(Code);

    /// <summary>The names that it takes from elsewhere.</summary>
    public IEnumerable<string> Needed => words.Where(word => !bound.Contains(word) && !(IsDefinition && Names.Contains(word)));

    /// <summary>Whether it uses a name, and gives it no other meaning of its own.</summary>
    public bool Needs(string name) => words.Contains(name) && !bound.Contains(name);

    /// <summary>
    /// Whether it only tests, shows or starts something. Never true for what the functions before it may need.
    /// </summary>
    public bool IsDemo(IReadOnlyList<string> entryPoints, IEnumerable<PythonStatement> before)
    {
        if (IsFunctionOrClass || IsImport)
        {
            return false;
        }

        if (IsMainGuard || Shown().IsMatch(Code) || Literal().IsMatch(Code))
        {
            return true;
        }

        string called = Call().Match(Code).Groups["name"].Value;
        if (called.Length > 0)
        {
            return entryPoints.Contains(called) || Runner().IsMatch(called);
        }

        bool isHarmless = Names.Concat(bound).All(name => !entryPoints.Contains(name) && !before.Any(one => one.Needs(name)));
        return isHarmless && (IsAssignment || (Block().IsMatch(Code) && !Inner().IsMatch(Code) && ShownWithin().IsMatch(Code)));
    }

    private IEnumerable<string> ReadNames()
    {
        if (Import().Match(Code) is { Success: true } import)
        {
            // Of "a.b as c" the name is c, of "a.b" it is a.
            return import
                .Groups["names"]
                .Value.Split(',')
                .Select(part =>
                    Word().Matches(part.Trim(' ', '(', ')', '\n')).Select(word => word.Value).Where(word => word != "as").ToArray()
                )
                .Where(found => found.Length > 0)
                .Select(found => found[^1]);
        }

        return Assignment().Match(Code) is { Success: true } assignment
            ? Word().Matches(assignment.Groups["names"].Value).Select(word => word.Value)
            : [];
    }

    [GeneratedRegex(@"(?<![\w.])[^\W\d]\w*", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Word();

    /// <summary>A definition, behind its decorators.</summary>
    [GeneratedRegex(
        @"^(async[ \t]+)?(def|class)[ \t]+(?<name>\w+)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        5000
    )]
    private static partial Regex Definition();

    [GeneratedRegex(@"\A(from\s+\S+\s+)?import\s+(?<names>[^;]*)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Import();

    [GeneratedRegex(
        @"\A(?<names>\w+(\s*,\s*\w+)*)\s*(:[^=\n]*)?=(?!=)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        5000
    )]
    private static partial Regex Assignment();

    /// <summary>Where names get a meaning: parameters, loops, assignments, imports, <c>as</c>.</summary>
    [GeneratedRegex(
        @"\bdef\s+\w+\s*\((?<names>[^)]*)\)|\blambda\b(?<names>[^:\n]*):|\bfor\b(?<names>[^:\n]*?)\bin\b|\bas\s+(?<names>\w+)"
            + @"|\bimport\s+(?<names>.*)|\b(?<names>(?>\w+))\s*:="
            + @"|^[ \t]*(?<names>\w+([ \t]*,[ \t]*\w+)*)[ \t]*(:[^=\n]*)?([-+*/%&|^@<>]{1,2})?=(?!=)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        5000
    )]
    private static partial Regex Bound();

    [GeneratedRegex(@"\b(global|nonlocal)\s.*", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Global();

    [GeneratedRegex(@"\Aif\s+\(?__name__\b", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex MainGuard();

    [GeneratedRegex(@"\A(print|assert|input)\b(?!\s*=[^=])|\A>>>", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Shown();

    [GeneratedRegex(@"\b(print|assert|input)\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex ShownWithin();

    /// <summary>A string that stands alone, as a comment.</summary>
    [GeneratedRegex(@"\A[rRbBuUfF]{0,2}""[""\s]*\z", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Literal();

    [GeneratedRegex(@"\A(?<name>\w+)(\.\w+)*\s*\(", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Call();

    [GeneratedRegex(
        @"^(test\w*|check\w*|run_?tests?|main|unittest|doctest|pytest|example\w*|demo\w*|exit|quit)$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase,
        5000
    )]
    private static partial Regex Runner();

    [GeneratedRegex(@"\A(for|while|with|try|if)\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Block();

    [GeneratedRegex(
        @"^[ \t]+(async\s+)?(def|class|import|from)\b",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        5000
    )]
    private static partial Regex Inner();

    [GeneratedRegex(
        @"^(async[ \t]+)?def\s[^:]*(:[^:\n]+)*:(?>[""\s]*)(pass|\.\.\.|raise\s+NotImplementedError.*)?(?>[""\s]*)\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        5000
    )]
    private static partial Regex Stub();
}
