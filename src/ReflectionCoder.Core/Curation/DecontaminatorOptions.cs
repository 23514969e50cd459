using ReflectionCoder.Configuration;

namespace ReflectionCoder.Curation;

/// <summary>Options of a <see cref="Decontaminator"/>.</summary>
public sealed record DecontaminatorOptions : IValidatedOptions
{
    /// <summary>
    /// How many words in a row must be the same; at least 4. The default value is 10, as DeepSeek-Coder's data was filtered. Fewer words
    /// find more texts, and more of them wrongly.
    /// </summary>
    public int Words { get; set; } = 10;

    /// <summary>
    /// How many tasks of one benchmark may have the same words in a row, for them to count; at least 1. What more tasks share is
    /// boilerplate. The default value is 2.
    /// </summary>
    public int MaxTasksWithWords { get; set; } = 2;

    /// <summary>
    /// How many of the words in a row must be different ones of two letters or more; from 1 to <see cref="Words"/>. Otherwise
    /// <c>[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]</c> would count. The default value is 6.
    /// </summary>
    public int MinDistinctWords { get; set; } = 6;

    /// <summary>Finds the options that are out of range. The constructor of <see cref="Decontaminator"/> calls this first.</summary>
    /// <returns>All mistakes; empty if there are none.</returns>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(Words >= 4, Words, "at least 4")
            .Require(MaxTasksWithWords >= 1, MaxTasksWithWords, "at least 1")
            .Require(MinDistinctWords >= 1 && MinDistinctWords <= Words, MinDistinctWords, $"from 1 to {nameof(Words)}")
            .Found;
}
