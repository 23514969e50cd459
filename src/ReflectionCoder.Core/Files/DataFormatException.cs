namespace ReflectionCoder.Files;

/// <summary>
/// A file breaks its format, doesn't fit another file, or asks for something that isn't supported. Says where, and what was expected.
/// </summary>
/// <remarks>
/// The same type serves every kind of file (sequences, tasks, problems, completions, tokenizers, configurations, weights), because a
/// program handles all of them in the same way. <see cref="Path"/>, <see cref="Line"/> and <see cref="Field"/> say which one it was.
/// </remarks>
public sealed class DataFormatException : FormatException
{
    /// <summary>Creates the exception for a file as a whole.</summary>
    /// <param name="path">Path of the file, or a name for a source that is no file.</param>
    /// <param name="problem">What was found and what was expected.</param>
    /// <param name="innerException">The cause, if any.</param>
    public DataFormatException(string path, string problem, Exception? innerException = null)
        : this(path, line: 0, field: null, problem, innerException) { }

    /// <summary>Creates the exception for a field of a file that holds one JSON object.</summary>
    /// <param name="path">Path of the file, or a name for a source that is no file.</param>
    /// <param name="field">The field's name; dotted if nested, such as <c>rope_scaling.factor</c>.</param>
    /// <param name="problem">What was found and what was expected.</param>
    /// <param name="innerException">The cause, if any.</param>
    public DataFormatException(string path, string field, string problem, Exception? innerException = null)
        : this(path, line: 0, field, problem, innerException) { }

    /// <summary>Creates the exception for a line of a file.</summary>
    /// <param name="path">Path of the file, or a name for a source that is no file.</param>
    /// <param name="line">Number of the line, from 1; 0 if the error belongs to no line.</param>
    /// <param name="problem">What was found and what was expected.</param>
    /// <param name="innerException">The cause, if any.</param>
    public DataFormatException(string path, long line, string problem, Exception? innerException = null)
        : this(path, line, field: null, problem, innerException) { }

    /// <summary>Creates the exception for a field of a line.</summary>
    /// <param name="path">Path of the file, or a name for a source that is no file.</param>
    /// <param name="line">Number of the line, from 1; 0 if the error belongs to no line.</param>
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

    /// <summary>Path of the file, or a name for a source that is no file.</summary>
    public string Path { get; }

    /// <summary>Number of the line, from 1; 0 if the error belongs to no line.</summary>
    public long Line { get; }

    /// <summary>Name of the field or the tensor; null if the error concerns the whole file or line.</summary>
    public string? Field { get; }

    /// <summary>What was found and what was expected; <see cref="Exception.Message"/> without path, line and field.</summary>
    public string Problem { get; }

    /// <summary>Creates the exception for a field; <paramref name="place"/> is what the message calls the field.</summary>
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
