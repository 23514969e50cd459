namespace ReflectionCoder.Evaluation;

/// <summary>A problem, completion or results file that isn't what it should be.</summary>
public sealed class EvaluationFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="line">The line, from 1; 0 when the file as a whole is meant.</param>
    /// <param name="problem">What is wrong.</param>
    /// <param name="innerException">The cause.</param>
    public EvaluationFormatException(string path, int line, string problem, Exception? innerException = null)
        : base(line > 0 ? $"{path}, line {line}: {problem}" : $"{path}: {problem}", innerException)
    {
        Path = path;
        Line = line;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The line, from 1; 0 when the file as a whole is meant.</summary>
    public int Line { get; }
}
