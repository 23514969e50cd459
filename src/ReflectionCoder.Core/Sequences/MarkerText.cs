namespace ReflectionCoder.Sequences;

/// <summary>
/// The seven marker strings. They are declared here because two folders need them that may not use each other:
/// <c>Tokenization.Markers</c> publishes them, and Evaluation removes them from answers.
/// </summary>
internal static class MarkerText
{
    public const string User = "<|user|>";
    public const string Assistant = "<|assistant|>";
    public const string Text = "<|text|>";
    public const string Code = "<|code|>";
    public const string Execution = "<|execution|>";
    public const string EndOfBlock = "<|endofblock|>";
    public const string EndOfMessage = "<|endofmessage|>";

    /// <summary>All seven, in the order in which they are added to a vocabulary.</summary>
    public static IReadOnlyList<string> All { get; } = [User, Assistant, Text, Code, Execution, EndOfBlock, EndOfMessage];
}
