namespace ReflectionCoder.Sequences;

/// <summary>A sequence file breaks its format; says where and what was expected.</summary>
public sealed class SequenceFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The file, or a name for the source.</param>
    /// <param name="line">Its line, from 1; 0 where no line is to blame.</param>
    /// <param name="field">The field, such as <c>messages[1].content[0].type</c>; null for the line as a whole.</param>
    /// <param name="problem">What was found and what was expected.</param>
    /// <param name="innerException">The cause, if any.</param>
    public SequenceFormatException(string path, long line, string? field, string problem, Exception? innerException = null)
        : base($"{path}{(line > 0 ? $", line {line}" : string.Empty)}: {(field is null ? string.Empty : $"'{field}': ")}{problem}", innerException)
    {
        Path = path;
        Line = line;
        Field = field;
        Problem = problem;
    }

    /// <summary>The file, or a name for the source.</summary>
    public string Path { get; }

    /// <summary>The line, from 1; 0 where no line is to blame.</summary>
    public long Line { get; }

    /// <summary>The field, such as <c>messages[1].content[0].type</c>; null for the line as a whole.</summary>
    public string? Field { get; }

    /// <summary>What was found and what was expected, without the place.</summary>
    public string Problem { get; }
}
