using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tokenization;

/// <summary>The seven marker tokens that begin and end the messages and blocks of a rendered conversation (paper section 3.1).</summary>
public static class Markers
{
    /// <summary>Opens a user message: <c>&lt;|user|&gt;</c>.</summary>
    public const string User = MarkerText.User;

    /// <summary>Opens an assistant message: <c>&lt;|assistant|&gt;</c>.</summary>
    public const string Assistant = MarkerText.Assistant;

    /// <summary>Opens a text block: <c>&lt;|text|&gt;</c>.</summary>
    public const string Text = MarkerText.Text;

    /// <summary>Opens a code block: <c>&lt;|code|&gt;</c>.</summary>
    public const string Code = MarkerText.Code;

    /// <summary>Opens an execution block: <c>&lt;|execution|&gt;</c>.</summary>
    public const string Execution = MarkerText.Execution;

    /// <summary>Closes a block: <c>&lt;|endofblock|&gt;</c>.</summary>
    public const string EndOfBlock = MarkerText.EndOfBlock;

    /// <summary>Closes a message: <c>&lt;|endofmessage|&gt;</c>.</summary>
    public const string EndOfMessage = MarkerText.EndOfMessage;

    /// <summary>All seven markers, in the order in which they are added to a vocabulary.</summary>
    public static IReadOnlyList<string> All => MarkerText.All;

    /// <summary>Gives the marker that opens a message.</summary>
    /// <param name="role">The role of the message.</param>
    /// <returns>The marker.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The value isn't one of the enumeration.</exception>
    public static string Of(MessageRole role) =>
        role switch
        {
            MessageRole.User => User,
            MessageRole.Assistant => Assistant,
            _ => throw new ArgumentOutOfRangeException(nameof(role), role, "Expected user or assistant."),
        };

    /// <summary>Gives the marker that opens a block.</summary>
    /// <param name="type">The type of the block.</param>
    /// <returns>The marker.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The value isn't one of the enumeration.</exception>
    public static string Of(BlockType type) =>
        type switch
        {
            BlockType.Text => Text,
            BlockType.Code => Code,
            BlockType.Execution => Execution,
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Expected text, code or execution."),
        };
}

/// <summary>The ids of the markers in one vocabulary.</summary>
/// <param name="User">Id of <see cref="Markers.User"/>.</param>
/// <param name="Assistant">Id of <see cref="Markers.Assistant"/>.</param>
/// <param name="Text">Id of <see cref="Markers.Text"/>.</param>
/// <param name="Code">Id of <see cref="Markers.Code"/>.</param>
/// <param name="Execution">Id of <see cref="Markers.Execution"/>.</param>
/// <param name="EndOfBlock">Id of <see cref="Markers.EndOfBlock"/>.</param>
/// <param name="EndOfMessage">Id of <see cref="Markers.EndOfMessage"/>.</param>
internal sealed record MarkerIds(int User, int Assistant, int Text, int Code, int Execution, int EndOfBlock, int EndOfMessage)
{
    /// <summary>The id of the marker that opens a message.</summary>
    /// <param name="role">The role of the message.</param>
    /// <returns>The id.</returns>
    public int Of(MessageRole role) => role == MessageRole.User ? User : Assistant;

    /// <summary>The id of the marker that opens a block.</summary>
    /// <param name="type">The type of the block.</param>
    /// <returns>The id.</returns>
    public int Of(BlockType type) =>
        type switch
        {
            BlockType.Text => Text,
            BlockType.Code => Code,
            _ => Execution,
        };

    /// <summary>The role of the message that an id opens; null if it opens none.</summary>
    /// <param name="id">A token id.</param>
    /// <returns>The role.</returns>
    public MessageRole? RoleOf(int id) =>
        id == User ? MessageRole.User
        : id == Assistant ? MessageRole.Assistant
        : null;

    /// <summary>The type of the block that an id opens; null if it opens none.</summary>
    /// <param name="id">A token id.</param>
    /// <returns>The type.</returns>
    public BlockType? TypeOf(int id) =>
        id == Text ? BlockType.Text
        : id == Code ? BlockType.Code
        : id == Execution ? BlockType.Execution
        : null;
}
