namespace ReflectionCoder.Files;

/// <summary>A file breaks its format, doesn't fit another, or asks for what isn't supported; says where, and what was expected.</summary>
/// <remarks>
/// One type for every file that is read (sequences, tasks, problems, completions, tokenizers, configurations, weights), because whoever
/// loads a model or its data handles them alike. <see cref="Path"/>, <see cref="Line"/> and <see cref="Field"/> tell them apart.
/// </remarks>
public sealed class DataFormatException : FormatException
{
    /// <summary>Creates the exception for a file as a whole.</summary>
    /// <param name="path">The file, or a name for the source.</param>
    /// <param name="problem">What was found and what was expected.</param>
    /// <param name="innerException">The cause, if any.</param>
    public DataFormatException(string path, string problem, Exception? innerException = null)
        : this(path, line: 0, field: null, problem, innerException) { }

    /// <summary>Creates the exception for a field of a file that is one object.</summary>
    /// <param name="path">The file, or a name for the source.</param>
    /// <param name="field">The field's name, dotted where nested.</param>
    /// <param name="problem">What was found and what was expected.</param>
    /// <param name="innerException">The cause, if any.</param>
    public DataFormatException(string path, string field, string problem, Exception? innerException = null)
        : this(path, line: 0, field, problem, innerException) { }

    /// <summary>Creates the exception for a line.</summary>
    /// <param name="path">The file, or a name for the source.</param>
    /// <param name="line">Its line, from 1; 0 where no line is to blame.</param>
    /// <param name="problem">What was found and what was expected.</param>
    /// <param name="innerException">The cause, if any.</param>
    public DataFormatException(string path, long line, string problem, Exception? innerException = null)
        : this(path, line, field: null, problem, innerException) { }

    /// <summary>Creates the exception for a field of a line.</summary>
    /// <param name="path">The file, or a name for the source.</param>
    /// <param name="line">Its line, from 1; 0 where no line is to blame.</param>
    /// <param name="field">The field, such as <c>messages[1].content[0].type</c>; null for the line as a whole.</param>
    /// <param name="problem">What was found and what was expected.</param>
    /// <param name="innerException">The cause, if any.</param>
    public DataFormatException(string path, long line, string? field, string problem, Exception? innerException = null)
        : this(path, line, field, problem, field is null ? string.Empty : $"'{field}': ", innerException) { }

    private DataFormatException(string path, long line, string? field, string problem, string place, Exception? innerException)
        : base($"{path}{(line > 0 ? $", line {line}" : string.Empty)}: {place}{problem}", innerException)
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

    /// <summary>The field or the tensor; null where the file or the line as a whole is meant.</summary>
    public string? Field { get; }

    /// <summary>What was found and what was expected, without the place.</summary>
    public string Problem { get; }

    /// <summary>Creates the exception for a field whose message names it in words of its own.</summary>
    internal static DataFormatException OfField(
        string path,
        long line,
        string field,
        string place,
        string problem,
        Exception? innerException = null
    ) => new(path, line, field, problem, place, innerException);

    /// <summary>Creates the exception for a tensor of a file, or the file as a whole.</summary>
    internal static DataFormatException OfTensor(string path, string? tensorName, string problem, Exception? innerException = null) =>
        new(path, line: 0, tensorName, problem, tensorName is null ? string.Empty : $"tensor '{tensorName}': ", innerException);
}
