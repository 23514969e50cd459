using System.Text.RegularExpressions;

namespace ReflectionCoder.Evaluation.Answers;

/// <summary>Chooses the blocks of an answer that are the solution: not an explanation, an example of use or an output.</summary>
internal static partial class BlockChoice
{
    /// <summary>Chooses.</summary>
    /// <param name="blocks">All blocks, at least one.</param>
    /// <param name="language">The language that is asked for.</param>
    /// <param name="entryPoints">The names that a solution defines; empty if they aren't known.</param>
    /// <returns>
    /// The solution in the order of the answer: one block; in Python also those that define what it needs and doesn't define itself.
    /// </returns>
    public static IReadOnlyList<AnswerBlock> Choose(
        IReadOnlyList<AnswerBlock> blocks,
        CodeLanguage language,
        IReadOnlyList<string> entryPoints
    )
    {
        Candidate[] candidates = [.. blocks.Select((block, i) => new Candidate(block, i, language, entryPoints))];
        Candidate best = candidates.MaxBy(candidate => candidate.Rank)!;
        return best.Python is null
            ? [best.Block]
            : [.. WithNeeded(best, candidates, entryPoints).OrderBy(candidate => candidate.Index).Select(candidate => candidate.Block)];
    }

    private static List<Candidate> WithNeeded(Candidate best, Candidate[] candidates, IReadOnlyList<string> entryPoints)
    {
        List<Candidate> chosen = [best];
        while (true)
        {
            HashSet<string> defined = [.. chosen.SelectMany(one => one.Python!.Names)];
            HashSet<string> needed = [.. chosen.SelectMany(one => one.Python!.Needed).Concat(entryPoints).Except(defined)];
            Candidate? next = candidates.FirstOrDefault(other =>
                other.Python is { IsSession: false, IsBody: false }
                && !chosen.Contains(other)
                && other.Gives(needed)
                && !other.Python.Names.Intersect(defined).Any()
            );
            if (next is null)
            {
                return chosen;
            }

            chosen.Add(next);
        }
    }

    /// <summary>Words by which a model takes back what it has written before.</summary>
    [GeneratedRegex(
        @"\b(corrected|correct version|fixed|fix|revised|mistake|bug|final (version|code|solution|answer))\b",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        5000
    )]
    private static partial Regex TakesBack();

    private sealed class Candidate
    {
        public Candidate(AnswerBlock block, int index, CodeLanguage language, IReadOnlyList<string> entryPoints)
        {
            (Block, Index) = (block, index);
            string text = block.Text;
            int tag = language.Rank(block.Tag);
            Python = language.IsPython && tag > 0 ? new PythonCode(text) : null;
            int defined =
                Python?.CountOf(entryPoints)
                ?? (language.IsPython ? 0 : entryPoints.Count(name => text.Contains(name, StringComparison.Ordinal)));
            int fits = text.Length == 0 || Python?.IsSession == true ? 0 : Math.Min(tag, 1);

            // Without the names, a function is better than an example, and a rest of a function better than one of another name.
            int shape =
                Python is null ? 0
                : Python.IsBody && entryPoints.Count > 0 ? 2
                : Python.Statements.Any(statement => statement.IsDefinition && !statement.IsStub) ? 1
                : 0;
            int length = defined > 0 ? 0 : block.Lines.Count(line => !string.IsNullOrWhiteSpace(line));
            Rank = (
                defined,
                fits,
                defined > 0 ? 0 : shape,
                TakesBack().IsMatch(block.Before) ? 1 : 0,
                block.IsClosed ? 1 : 0,
                length,
                -index
            );
        }

        public AnswerBlock Block { get; }

        public int Index { get; }

        /// <summary>The block as Python; null if it is none.</summary>
        public PythonCode? Python { get; }

        public (int Defined, int Fits, int Shape, int Later, int Closed, int Length, int Order) Rank { get; }

        /// <summary>Whether it defines one of the names, with more than a variable of an example.</summary>
        public bool Gives(HashSet<string> names) =>
            Python!.Statements.Any(statement =>
                !statement.IsStub
                && statement.Names.Any(name =>
                    names.Contains(name) && (statement.IsDefinition || statement.IsImport || !name.Any(char.IsLower))
                )
            );
    }
}
