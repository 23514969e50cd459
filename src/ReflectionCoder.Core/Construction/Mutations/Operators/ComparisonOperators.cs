using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction.Mutations.Operators;

/// <summary>&lt; for &lt;=, &gt; for &gt;= and the other way round.</summary>
internal sealed class ComparisonBoundary()
    : MutationOperator("comparison-boundary", MutationKind.Misbehaving, "takes < for <= or > for >=, or the other way round")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 0; i < source.Code.Count; i++)
        {
            PythonToken token = source.Code[i];
            string? wrong = token.Text switch
            {
                "<" => "<=",
                "<=" => "<",
                ">" => ">=",
                ">=" => ">",
                _ => null,
            };
            if (wrong is not null)
            {
                yield return InLine(
                    source,
                    source.LineOf(i),
                    Replace(token, wrong),
                    line => $"`{line}` uses `{wrong}` where `{token.Text}` is needed, so the case of two equal values goes the wrong way."
                );
            }
        }
    }
}

/// <summary>&lt; for &gt;.</summary>
internal sealed class ComparisonDirection() : MutationOperator("comparison-direction", MutationKind.Misbehaving, "turns a comparison round")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 0; i < source.Code.Count; i++)
        {
            PythonToken token = source.Code[i];
            string? wrong = token.Text switch
            {
                "<" => ">",
                "<=" => ">=",
                ">" => "<",
                ">=" => "<=",
                _ => null,
            };
            if (wrong is not null)
            {
                yield return InLine(
                    source,
                    source.LineOf(i),
                    Replace(token, wrong),
                    line => $"`{line}` compares the wrong way round: it uses `{wrong}` instead of `{token.Text}`."
                );
            }
        }
    }
}

/// <summary>== for != and the other way round.</summary>
internal sealed class EqualitySwap() : MutationOperator("equality-swap", MutationKind.Misbehaving, "takes == for != or the other way round")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 0; i < source.Code.Count; i++)
        {
            PythonToken token = source.Code[i];
            string? wrong = token.Text switch
            {
                "==" => "!=",
                "!=" => "==",
                _ => null,
            };
            if (wrong is not null)
            {
                yield return InLine(
                    source,
                    source.LineOf(i),
                    Replace(token, wrong),
                    line => $"`{line}` tests with `{wrong}` where `{token.Text}` is needed, so the test says the opposite of what is meant."
                );
            }
        }
    }
}

/// <summary>in for not in, is for is not, and the other way round.</summary>
internal sealed class MembershipSwap()
    : MutationOperator("membership-swap", MutationKind.Misbehaving, "takes in for not in or is for is not, or the other way round")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 0; i < source.Code.Count; i++)
        {
            if (!source.IsAny(i, "in", "is") || source.Code[i].Kind != PythonTokenKind.Keyword || BelongsToLoop(source, i))
            {
                continue;
            }

            string word = source.Code[i].Text;
            bool isIn = word == "in";
            bool negated = isIn ? source.Is(i - 1, "not") : source.Is(i + 1, "not");
            (string wrong, string right) = isIn
                ? negated
                    ? ("in", "not in")
                    : ("not in", "in")
                : negated
                    ? ("is", "is not")
                    : ("is not", "is");
            TextEdit edit = negated ? DeleteWord(source, isIn ? i - 1 : i + 1) : Replace(source.Code[i], wrong);
            yield return InLine(source, source.LineOf(i), edit, line => $"`{line}` tests with `{wrong}` where `{right}` is needed.");
        }
    }

    private static bool BelongsToLoop(PythonSource source, int token) =>
        source.Is(token, "in") && !source.Is(token - 1, "not") && LoopTargetBefore(source, token);

    private static bool LoopTargetBefore(PythonSource source, int token)
    {
        for (int i = token - 1; i >= source.LineOf(token).First; i--)
        {
            if (source.Is(i, "for"))
            {
                return true;
            }

            if (!source.IsAny(i, ",", "(", ")") && source.Code[i].Kind != PythonTokenKind.Name)
            {
                return false;
            }
        }

        return false;
    }
}

/// <summary>= for == in a condition, which Python refuses to read.</summary>
internal sealed class AssignmentInCondition()
    : MutationOperator("assignment-in-condition", MutationKind.Unreadable, "writes = for == in the condition of if, elif or while")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        foreach (PythonLine line in source.Lines)
        {
            if (!source.IsAny(line.First, "if", "elif", "while"))
            {
                continue;
            }

            for (int i = line.First; i <= line.Last; i++)
            {
                if (source.Is(i, "=="))
                {
                    yield return InLine(
                        source,
                        line,
                        Replace(source.Code[i], "="),
                        wrong => $"`{wrong}` uses `=`, which assigns a value; a comparison needs `==`."
                    );
                }
            }
        }
    }
}
