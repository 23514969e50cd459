namespace ReflectionCoder.Sequences;

/// <summary>Whose tests a sample's final code has passed.</summary>
public enum TestOrigin
{
    /// <summary>The task's own tests.</summary>
    Task,

    /// <summary>Tests that the author wrote, because the task has none. They may be wrong in the same way as the code.</summary>
    Author,
}

/// <summary>
/// Where a sample comes from and what was measured of it: the optional object <c>metadata</c> of its line. Training doesn't read it.
/// </summary>
public sealed record SampleMetadata
{
    /// <summary>Id of the task (<c>task_id</c>). The default value is null: not known.</summary>
    public string? TaskId { get; init; }

    /// <summary>Number of the sequence among those of the task, from 0 (<c>variant</c>). The default value is null: not known.</summary>
    public int? Variant { get; init; }

    /// <summary>The programming language (<c>language</c>). The default value is null: not known.</summary>
    public string? Language { get; init; }

    /// <summary>Whose tests the final code has passed (<c>tests</c>: <c>task</c> or <c>author</c>). The default value is null: not known.</summary>
    public TestOrigin? Tests { get; init; }

    /// <summary>
    /// How far the last attempt and the final code differ in their tokens, from 0 for equal to 1 for nothing in common
    /// (<c>token_divergence</c>). The default value is null: not measured.
    /// </summary>
    public double? TokenDivergence { get; init; }

    /// <summary>The same for their syntax trees (<c>syntax_divergence</c>). The default value is null: there is no parser.</summary>
    public double? SyntaxDivergence { get; init; }

    /// <summary>The kinds of mistakes that the sequence corrects, in order (<c>mistakes</c>). The default value is an empty list.</summary>
    public IReadOnlyList<string> Mistakes { get; init; } = [];
}
