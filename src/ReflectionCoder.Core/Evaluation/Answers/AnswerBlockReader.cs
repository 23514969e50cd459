namespace ReflectionCoder.Evaluation.Answers;

/// <summary>Splits an answer into blocks of code. It may begin as text or as code: a prompt may open the first fence.</summary>
internal sealed class AnswerBlockReader
{
    private readonly string[] lines;
    private readonly CodeLanguage language;
    private readonly bool beginsFenced;
    private readonly List<AnswerBlock> blocks = [];
    private readonly List<string> current = [];
    private readonly List<string> prose = [];
    private PythonScanner scanner;
    private Fence? opening;
    private bool hasBegun; // whether the first block, which no fence of the answer opened, is over
    private int textEnd; // the lines before are inside a string of three quotes

    private AnswerBlockReader(string[] lines, CodeLanguage language, bool beginsFenced)
    {
        this.lines = lines;
        this.language = language;
        this.beginsFenced = beginsFenced;
    }

    private bool IsPython => language.IsPython && (opening is not { } fence || language.Rank(fence.Language) > 0);

    /// <summary>Reads an answer with line feeds at its lines' ends.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="language">The language of the code that is asked for.</param>
    /// <param name="beginsFenced">Whether the prompt ended in an open fence.</param>
    /// <returns>The blocks; the first is the text before all fences if it looks like code.</returns>
    public static IReadOnlyList<AnswerBlock> Read(string answer, CodeLanguage language, bool beginsFenced)
    {
        var reader = new AnswerBlockReader(answer.Split('\n'), language, beginsFenced);
        reader.ReadAll();
        return reader.blocks;
    }

    private void ReadAll()
    {
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i];
            Fence? fence = i < textEnd ? null : Fence.Find(line);
            if (fence is null && opening is null && line.Contains("```", StringComparison.Ordinal) && (hasBegun || !BeginsAsCode()))
            {
                fence = Fence.FindBehindSentence(line);
            }

            if (fence is null || (scanner.InText && StaysInText(i)) || !Apply(fence.Value))
            {
                Add(line);
            }
        }

        End(isClosed: false);
    }

    /// <summary>Opens or closes a block; false if the line is a part of the code.</summary>
    private bool Apply(Fence fence)
    {
        if (opening is { } open)
        {
            if (!fence.Reaches(open))
            {
                return false;
            }

            // A block that opens before the last one was closed: the prompt had opened a fence and the answer opens its own, or one was
            // forgotten. A sentence behind a fence is a fence whose line feed was forgotten.
            End(isClosed: fence.IsBare || !fence.HasTag);
            opening = !fence.IsBare && fence.HasTag ? fence : null;
            prose.AddRange(!fence.IsBare && !fence.HasTag ? [fence.Info] : []);
            return true;
        }

        bool endsFirst = !hasBegun && BeginsAsCode();
        if (endsFirst && fence.Indent > Fence.MostIndent)
        {
            return false;
        }

        End(isClosed: true);
        opening = endsFirst && (fence.IsBare || !fence.HasTag) ? null : fence;
        return true;
    }

    private void Add(string line)
    {
        if (opening is null && hasBegun)
        {
            prose.Add(line);
            return;
        }

        if (opening is { Indent: > 0 } open)
        {
            int blanks = line.Length - line.TrimStart(' ').Length;
            line = line[Math.Min(blanks, open.Indent)..];
        }

        PythonLine read = IsPython ? scanner.Read(line) : default;
        int marks = IsPython && opening is null or { Mark: '`' } ? read.Mask?.IndexOf("```", StringComparison.Ordinal) ?? -1 : -1;
        if (marks <= 0 || (opening is null && !BeginsAsCode()))
        {
            current.Add(line);
            return;
        }

        // Backticks are no Python: the fence's line feed was forgotten.
        current.Add(line[..marks]);
        End(isClosed: true);
        prose.Add(line[marks..].TrimStart('`'));
    }

    private void End(bool isClosed)
    {
        if (opening is { } open)
        {
            blocks.Add(new AnswerBlock([.. current], open.Language, IsFenced: true, isClosed, string.Join('\n', prose)));
            prose.Clear();
        }
        else if (!hasBegun && BeginsAsCode())
        {
            blocks.Add(new AnswerBlock([.. current], "", IsFenced: false, isClosed, ""));
        }
        else
        {
            prose.AddRange(hasBegun ? [] : current);
        }

        current.Clear();
        scanner = default;
        opening = null;
        hasBegun = true;
    }

    /// <summary>Whether the text before the first fence is code and not a sentence that introduces it.</summary>
    private bool BeginsAsCode() => language.LooksLikeCode(current, beginsFenced);

    /// <summary>
    /// Whether a fence is a part of a string, such as an example in a docstring. If not, the code forgot to close the string: then it goes
    /// on behind the block, and what closes it there is the first quote of another block, which an opening fence comes before.
    /// </summary>
    private bool StaysInText(int start)
    {
        PythonScanner ahead = scanner;
        bool opened = false;
        for (int i = start; i < lines.Length; i++)
        {
            if (Fence.Find(lines[i]) is { } fence && (opening is not { } open || fence.Reaches(open)))
            {
                if (opened && !fence.IsBare)
                {
                    return false;
                }

                opened = !opened;
            }

            ahead.Read(lines[i]);
            if (!ahead.InText)
            {
                textEnd = i + 1;
                return true;
            }
        }

        return false;
    }
}
