using ReflectionCoder.Construction.Mutations;

namespace ReflectionCoder.Languages.Programs;

/// <summary>A source text and its lines.</summary>
internal sealed class SourceLines
{
    private readonly List<int> starts = [0];

    public SourceLines(string text)
    {
        Text = text;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n')
            {
                starts.Add(i + 1);
            }
        }
    }

    public string Text { get; }

    /// <summary>The text of a part.</summary>
    public string this[Extent extent] => Text[extent.Start..extent.End];

    /// <summary>Index of the line that has a position.</summary>
    public int LineAt(int position)
    {
        int found = starts.BinarySearch(position);
        return found >= 0 ? found : ~found - 1;
    }

    /// <summary>The line that has a position, without its line break.</summary>
    public Extent Line(int position)
    {
        int line = LineAt(position);
        int end = line + 1 < starts.Count ? starts[line + 1] - 1 : Text.Length;
        return new Extent(starts[line], end);
    }

    /// <summary>The trimmed text of the line that has a position.</summary>
    public string Show(int position) => this[Line(position)].Trim();

    /// <summary>The white space that the line of a position starts with.</summary>
    public string Indentation(int position)
    {
        string line = this[Line(position)];
        return line[..(line.Length - line.TrimStart().Length)];
    }

    /// <summary>Whether a part lies within one line.</summary>
    public bool IsOneLine(Extent extent) => LineAt(extent.Start) == LineAt(extent.End);

    /// <summary>Whether nothing but white space stands beside a part on its lines.</summary>
    public bool FillsItsLines(Extent extent) =>
        string.IsNullOrWhiteSpace(Text[Line(extent.Start).Start..extent.Start])
        && string.IsNullOrWhiteSpace(Text[extent.End..Line(extent.End).End]);

    /// <summary>Removes a part: with its lines where it fills them, else with the blanks behind it.</summary>
    public TextEdit Remove(Extent extent)
    {
        if (FillsItsLines(extent))
        {
            int start = Line(extent.Start).Start;
            int end = Math.Min(Line(extent.End).End + 1, Text.Length);
            return new TextEdit(start, end - start, "");
        }

        int behind = extent.End;
        while (behind < Text.Length && Text[behind] == ' ')
        {
            behind++;
        }

        return new TextEdit(extent.Start, behind - extent.Start, "");
    }

    /// <summary>Replaces a part.</summary>
    public static TextEdit Replace(Extent extent, string text) => new(extent.Start, extent.Length, text);

    /// <summary>The indices of the lines that an edit touches.</summary>
    public IEnumerable<int> LinesOf(TextEdit edit)
    {
        int first = LineAt(edit.Start);
        int last = LineAt(edit.Length == 0 ? edit.Start : edit.End - 1);
        return Enumerable.Range(first, last - first + 1);
    }
}
