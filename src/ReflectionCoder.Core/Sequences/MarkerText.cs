namespace ReflectionCoder.Sequences;

/// <summary>
/// The seven marker strings that structure a rendered conversation, declared once: <c>Tokenization.Markers</c> offers them, and
/// Evaluation, which knows no tokenizer, takes them out of answers.
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
