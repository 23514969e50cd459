namespace ReflectionCoder.Evaluation;

/// <summary>What a file of completions holds.</summary>
public sealed record CompletionFile
{
    /// <summary>The completions in the order of the file, at least one.</summary>
    public required IReadOnlyList<Completion> Completions { get; init; }

    /// <summary>The lines that are no completion, in the order of the file.</summary>
    public required IReadOnlyList<MalformedLine> Malformed { get; init; }
}

/// <summary>A line of a file of completions that is none.</summary>
/// <param name="Line">Its number, from 1; in a file that is a JSON array, the element's position, from 1.</param>
/// <param name="Error">What was found and what was expected.</param>
public sealed record MalformedLine(long Line, string Error);
