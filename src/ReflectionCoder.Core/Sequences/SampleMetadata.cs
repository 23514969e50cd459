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
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int? Variant
    {
        get;
        init =>
            field = value is null or >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A variant is 0 or more.");
    }

    /// <summary>The programming language (<c>language</c>). The default value is null: not known.</summary>
    public string? Language { get; init; }

    /// <summary>
    /// Whose tests the final code has passed (<c>tests</c>: <c>task</c> or <c>author</c>). The default value is null: not known.
    /// </summary>
    public TestOrigin? Tests { get; init; }

    /// <summary>
    /// How far the last attempt and the final code differ in their tokens, from 0 for equal to 1 for nothing in common
    /// (<c>token_divergence</c>). The default value is null: not measured.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a number from 0 to 1.</exception>
    public double? TokenDivergence
    {
        get;
        init => field = Share(value);
    }

    /// <summary>The same for their syntax trees (<c>syntax_divergence</c>). The default value is null: there is no parser.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a number from 0 to 1.</exception>
    public double? SyntaxDivergence
    {
        get;
        init => field = Share(value);
    }

    /// <summary>The kinds of mistakes that the sequence corrects, in order (<c>mistakes</c>). The default value is an empty list.</summary>
    public IReadOnlyList<string> Mistakes { get; init; } = [];

    private static double? Share(double? value) =>
        value is null or (>= 0 and <= 1)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A divergence is a number from 0 to 1.");
}
