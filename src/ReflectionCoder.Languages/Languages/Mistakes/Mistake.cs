using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Languages.Programs;

namespace ReflectionCoder.Languages.Mistakes;

/// <summary>One way to break a program.</summary>
/// <param name="Edits">What is changed in the good source.</param>
/// <param name="Diagnosis">One sentence that says what is wrong in the broken program.</param>
/// <param name="Repair">One sentence, in the first person, that says how to correct it.</param>
internal sealed record Mistake(IReadOnlyList<TextEdit> Edits, string Diagnosis, string Repair)
{
    /// <summary>The broken line, without indentation, if the mistake is within one line that is still there; else null.</summary>
    public string? Culprit { get; init; }

    /// <summary>A mistake within one line; null if the edits touch more than one or change nothing.</summary>
    /// <param name="program">The good program.</param>
    /// <param name="edits">What is changed.</param>
    /// <param name="diagnose">Makes the diagnosis from the broken line, which is quoted already.</param>
    public static Mistake? InLine(ProgramModel program, IReadOnlyList<TextEdit> edits, Func<string, string> diagnose)
    {
        SourceLines source = program.Source;
        if (edits.SelectMany(source.LinesOf).Distinct().Count() != 1)
        {
            return null;
        }

        Extent line = source.Line(edits[0].Start);
        string right = source[line];
        string wrong = TextEdit.Apply(right, edits.Select(edit => edit with { Start = edit.Start - line.Start })).Trim();
        return wrong == right.Trim() || wrong.Length == 0
            ? null
            : new Mistake(edits, diagnose(Quoting.Quote(wrong)), $"I change the line to {Quoting.Quote(right.Trim())}.")
            {
                Culprit = wrong,
            };
    }

    /// <summary>A mistake within one line that replaces one part.</summary>
    public static Mistake? InLine(ProgramModel program, Extent part, string replacement, Func<string, string> diagnose) =>
        InLine(program, [SourceLines.Replace(part, replacement)], diagnose);
}

/// <summary>Finds the places where one kind of mistake can be made.</summary>
/// <typeparam name="TProgram">The programs in which it looks.</typeparam>
/// <param name="Name">Unique name in kebab case, such as <c>off-by-one-constant</c>.</param>
/// <param name="Kind">What the mistakes usually lead to.</param>
/// <param name="Find">Finds them, in the order of the source; null where one can't be made after all.</param>
/// <param name="IsCommon">Whether nearly every program has a place for it.</param>
internal sealed record MistakeFinder<TProgram>(
    string Name,
    MutationKind Kind,
    Func<TProgram, IEnumerable<Mistake?>> Find,
    bool IsCommon = false
)
    where TProgram : ProgramModel;

/// <summary>Code within sentences.</summary>
internal static class Quoting
{
    /// <summary>Puts code between backticks, two of them where the code itself has one.</summary>
    public static string Quote(string code) => code.Contains('`', StringComparison.Ordinal) ? $"`` {code} ``" : $"`{code}`";
}
