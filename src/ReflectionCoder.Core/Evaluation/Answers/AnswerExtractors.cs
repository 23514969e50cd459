namespace ReflectionCoder.Evaluation.Answers;

/// <summary>The extractors that the library brings, for a command that chooses one by its name.</summary>
public static class AnswerExtractors
{
    /// <summary>As the paper's evaluation does: <c>paper</c>.</summary>
    public static IAnswerExtractor Paper { get; } = new PaperAnswerExtractor();

    /// <summary>The code block that solves the problem: <c>code-block</c>.</summary>
    public static IAnswerExtractor CodeBlock { get; } = new CodeBlockAnswerExtractor();

    /// <summary>The whole answer, unchanged: <c>none</c>.</summary>
    public static IAnswerExtractor None { get; } = new WholeAnswerExtractor();

    /// <summary>All of them.</summary>
    public static IReadOnlyList<IAnswerExtractor> All { get; } = [Paper, CodeBlock, None];

    /// <summary>Finds an extractor by its name.</summary>
    /// <param name="name">The name, such as <c>code-block</c>.</param>
    /// <exception cref="ArgumentException">There is no such extractor; the message names all.</exception>
    public static IAnswerExtractor Find(string name) =>
        All.FirstOrDefault(extractor => extractor.Name == name)
        ?? throw new ArgumentException(
            $"There is no extractor '{name}'; there are {string.Join(", ", All.Select(extractor => extractor.Name))}.",
            nameof(name)
        );
}
