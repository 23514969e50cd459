namespace ReflectionCoder.Evaluation.Answers;

/// <summary>A part of an answer that may be code.</summary>
/// <param name="Lines">Its lines, without fences and without the indentation of the opening fence.</param>
/// <param name="Tag">The language that the opening fence names; empty if it names none.</param>
/// <param name="IsFenced">Whether a fence opened it in the answer itself.</param>
/// <param name="IsClosed">Whether it ended before the answer did.</param>
/// <param name="Before">The text since the block before.</param>
internal sealed record AnswerBlock(IReadOnlyList<string> Lines, string Tag, bool IsFenced, bool IsClosed, string Before)
{
    /// <summary>The lines as one text, without blank lines at the beginning and white space at the end.</summary>
    public string Text => string.Join('\n', Lines.SkipWhile(string.IsNullOrWhiteSpace)).TrimEnd();
}
