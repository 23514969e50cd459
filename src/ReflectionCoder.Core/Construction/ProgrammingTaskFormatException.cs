namespace ReflectionCoder.Construction;

/// <summary>A task file breaks the format of <see cref="ProgrammingTask"/>; names the file, the line and what was expected.</summary>
public sealed class ProgrammingTaskFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="line">The line, from 1.</param>
    /// <param name="problem">What is wrong and what was expected.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public ProgrammingTaskFormatException(string path, long line, string problem, Exception? innerException = null)
        : base($"{path}, line {line}: {problem}", innerException)
    {
        Path = path;
        Line = line;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The line, from 1.</summary>
    public long Line { get; }
}
