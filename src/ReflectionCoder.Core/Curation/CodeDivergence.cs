using ReflectionCoder.Sequences;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Curation;

/// <summary>
/// Measures how far the last attempt of a reflection sequence and the final code differ. The paper leaves open what it means for training
/// if they differ much. Thread-safe.
/// </summary>
public static class CodeDivergence
{
    /// <summary>Measures how far two programs differ.</summary>
    /// <param name="lastAttempt">A program, without tests.</param>
    /// <param name="finalCode">Another one in the same language.</param>
    /// <param name="reader">Reads the language.</param>
    /// <returns>The divergence; it doesn't depend on which program comes first.</returns>
    public static Divergence Measure(string lastAttempt, string finalCode, CodeReader reader)
    {
        ArgumentNullException.ThrowIfNull(lastAttempt);
        ArgumentNullException.ThrowIfNull(finalCode);
        ArgumentNullException.ThrowIfNull(reader);
        double tokens = EditDistance.Share<string>([.. reader.Tokens(lastAttempt)], [.. reader.Tokens(finalCode)]);
        double? syntax =
            reader.SyntaxNodes(lastAttempt) is { } attempt && reader.SyntaxNodes(finalCode) is { } final
                ? EditDistance.Share<string>(Brackets(attempt), Brackets(final))
                : null;
        return new Divergence(tokens, syntax);
    }

    /// <summary>
    /// Measures how far the last code block of a sample's first answer and the code of its last answer differ. Tests at the end of either
    /// are left out, and lines that show values.
    /// </summary>
    /// <param name="conversation">The sample.</param>
    /// <param name="reader">Reads the language.</param>
    /// <param name="tests">
    /// The tests, as they stand in the code block: the program is what comes before the first of them. The default value is null: not
    /// known. In any case the lines at the end that call or print something instead of defining it are left out too.
    /// </param>
    /// <returns>The divergence; null if the sample isn't a reflection, or one of the answers has no code.</returns>
    public static Divergence? Of(Conversation conversation, CodeReader reader, IReadOnlyList<string>? tests = null)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        ArgumentNullException.ThrowIfNull(reader);
        return LastAttempt(conversation) is { } attempt && FinalCode(conversation) is { } final
            ? Measure(WithoutTests(attempt), WithoutTests(final), reader)
            : null;

        string WithoutTests(string program) => TestTail.Remove(program, reader.Language, tests ?? []);
    }

    /// <summary>The last code block of a reflection's first answer, tests included; null if there is none.</summary>
    internal static string? LastAttempt(Conversation conversation) =>
        conversation.Type == SampleType.Reflection && conversation.Messages.Count >= 4
            ? conversation.Messages[1].Content.LastOrDefault(block => block.Type == BlockType.Code)?.Content
            : null;

    /// <summary>The code of a conversation's last message: its last code block, or else the last fenced program of its text.</summary>
    internal static string? FinalCode(Conversation conversation)
    {
        if (conversation.Messages is not [.., { Role: MessageRole.Assistant } answer])
        {
            return null;
        }

        return answer.Content.LastOrDefault(block => block.Type == BlockType.Code)?.Content
            ?? answer
                .Content.Where(block => block.Type == BlockType.Text)
                .SelectMany(block => FencedCode.FindPrograms(block.Content))
                .LastOrDefault()
                ?.Code;
    }

    /// <summary>
    /// A tree as a sequence: each node opens, and closes after its children. So a statement that moves into a new block costs the block's
    /// two items. Half of the distance of such sequences is never more than the edit distance of the trees (Akutsu 2006).
    /// </summary>
    private static string[] Brackets(IReadOnlyList<SyntaxNodeKind> nodes)
    {
        List<string> items = new(nodes.Count * 2);
        Stack<SyntaxNodeKind> open = [];
        foreach (SyntaxNodeKind node in nodes)
        {
            CloseTo(node.Depth);
            items.Add(node.Kind);
            open.Push(node);
        }

        CloseTo(int.MinValue);
        return [.. items];

        void CloseTo(int depth)
        {
            while (open.TryPeek(out SyntaxNodeKind last) && last.Depth >= depth)
            {
                items.Add("/" + open.Pop().Kind);
            }
        }
    }
}
