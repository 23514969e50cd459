namespace ReflectionCoder.Evaluation.Answers;

/// <summary>Python code, split into its statements at the margin.</summary>
internal sealed class PythonCode
{
    private readonly PythonLine[] lines;
    private readonly bool endsOpen;

    public PythonCode(string text)
    {
        var scanner = default(PythonScanner);
        lines = [.. text.Split('\n').Select(line => scanner.Read(line))];
        endsOpen = scanner.IsOpen || lines[^1].Broken;
        Statements = [.. Split()];
    }

    public IReadOnlyList<PythonStatement> Statements { get; }

    /// <summary>Names of the functions, classes, imports and variables of the module.</summary>
    public IEnumerable<string> Names => Statements.SelectMany(statement => statement.Names);

    /// <summary>Whether it begins with the rest of a function.</summary>
    public bool IsBody => Statements.Count > 0 && Statements[0].IsBody;

    /// <summary>Whether it shows an interpreter's session.</summary>
    public bool IsSession => lines.Any(line => line.Text.StartsWith(">>> ", StringComparison.Ordinal));

    /// <summary>The names that it takes from elsewhere, Python's own among them.</summary>
    public HashSet<string> Needed => [.. Statements.SelectMany(statement => statement.Needed).Except(Names)];

    /// <summary>How many of the names it gives a meaning that is more than a promise.</summary>
    public int CountOf(IReadOnlyList<string> names) =>
        names.Count(name => Statements.Any(statement => statement.Names.Contains(name) && !statement.IsStub && !statement.IsImport));

    /// <summary>
    /// The code without what only tests or shows it at its end, and without a last statement that was cut off, if what it is asked for is
    /// complete without them.
    /// </summary>
    public string WithoutDemo(IReadOnlyList<string> entryPoints)
    {
        int kept = Statements.Count;
        if (endsOpen && kept > 1 && !entryPoints.Intersect(Statements[kept - 1].Names).Any())
        {
            kept--;
        }

        while (kept > 1 && Statements[kept - 1].IsDemo(entryPoints, Statements.Take(kept - 1)))
        {
            kept--;
        }

        PythonStatement[] rest = [.. Statements.Take(kept)];
        if (kept == Statements.Count || !(IsBody || entryPoints.All(name => rest.Any(one => one.Names.Contains(name)))))
        {
            return Join(0, lines.Length);
        }

        int end = rest[^1].End;
        while (lines[end - 1].IsBlank && lines[end - 1].Begins)
        {
            end--; // comments that introduce what was cut off
        }

        return Join(0, end);
    }

    /// <summary>The code without sentences before and behind it, if there are any.</summary>
    public string WithoutProse()
    {
        if (IsBody)
        {
            return Join(0, Enumerable.Range(0, lines.Length).FirstOrDefault(IsSentence, lines.Length));
        }

        int first = 0;
        while (first < lines.Length && !(lines[first].BeginsAtMargin && !lines[first].IsProse && IsSure(first)))
        {
            first++;
        }

        bool hasPreface = lines.Take(first).Any(line => line.BeginsAtMargin && line.IsProse);
        if (first == lines.Length || !hasPreface)
        {
            first = 0;
        }

        int end = first;
        while (end < lines.Length && !IsSentence(end))
        {
            end++;
        }

        return end == 0 ? Join(0, lines.Length) : Join(first, end);
    }

    // At the end, half a string may be code that was cut off.
    private bool IsSentence(int line) =>
        lines[line].BeginsAtMargin && lines[line].IsProse && !(line == lines.Length - 1 && lines[line].Broken);

    // A sentence of one word or two can look like code, but not like the beginning of a definition.
    private bool IsSure(int line) =>
        lines[line].Text.AsSpan().IndexOfAny("=(@") >= 0
        || lines[line].Text.StartsWith("import ", StringComparison.Ordinal)
        || lines[line].Text.StartsWith("from ", StringComparison.Ordinal)
        || lines[line].Text.StartsWith("class ", StringComparison.Ordinal);

    private IEnumerable<PythonStatement> Split()
    {
        int first = -1;
        bool decorates = false;
        for (int i = 0; i < lines.Length; i++)
        {
            PythonLine line = lines[i];
            bool begins = first < 0 ? !line.IsBlank : line.BeginsAtMargin && !Continues(line.Mask) && !decorates;
            if (begins && first >= 0)
            {
                yield return new PythonStatement(lines, first, i);
            }

            first = begins ? i : first;
            decorates = line.BeginsAtMargin ? line.Mask[0] == '@' : decorates && (line.IsBlank || !line.Begins);
        }

        if (first >= 0)
        {
            yield return new PythonStatement(lines, first, lines.Length);
        }
    }

    /// <summary>Whether a line at the margin belongs to the statement before it.</summary>
    private static bool Continues(string line) =>
        line.Split(' ', ':')[0] is "else" or "elif" or "except" or "finally" || line[0] is ')' or ']' or '}';

    private string Join(int first, int end) =>
        string.Join('\n', lines[first..end].Select(line => line.Text).SkipWhile(string.IsNullOrWhiteSpace)).TrimEnd();
}
