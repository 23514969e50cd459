using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction.Chat;

/// <summary>Why a sequence was not written. The names are the reasons in <see cref="ReflectionDraft.Reason"/>.</summary>
internal enum ChatRejection
{
    /// <summary>A call failed for good.</summary>
    CallFailed,

    /// <summary>The prompt leaves no room for an answer in the model's context.</summary>
    PromptTooLong,

    /// <summary>The answer has no text.</summary>
    EmptyAnswer,

    /// <summary>The answer ends at the length limit.</summary>
    AnswerCut,

    /// <summary>The model or a content filter refused.</summary>
    Refused,

    /// <summary>The answer has no code.</summary>
    NoCode,

    /// <summary>Neither task nor answer has tests that run.</summary>
    NoTests,

    /// <summary>The author's tests don't use what the solution defines.</summary>
    TestsUnrelated,

    /// <summary>A repair has fewer tests than the attempt before.</summary>
    TestsWeakened,

    /// <summary>A repair doesn't say what was wrong.</summary>
    NoAnalysis,

    /// <summary>The sandbox failed, or a tool is missing.</summary>
    NotRun,

    /// <summary>A program reached a limit of the sandbox.</summary>
    LimitReached,

    /// <summary>Output was shortened by the sandbox.</summary>
    OutputTruncated,

    /// <summary>Output is longer than an execution block may be.</summary>
    OutputTooLong,

    /// <summary>Output shows a memory address.</summary>
    OutputShowsAddress,

    /// <summary>No attempt passed.</summary>
    RoundsExhausted,

    /// <summary>An attempt passed before the smallest number of attempts.</summary>
    PassedTooSoon,

    /// <summary>The final code fails the tests.</summary>
    FinalCodeFailed,

    /// <summary>The final answer has several code blocks.</summary>
    SeveralCodeBlocks,

    /// <summary>The final answer speaks of earlier work.</summary>
    MentionsEarlierWork,

    /// <summary>The final code holds a fence, which would end its block.</summary>
    FenceInCode,

    /// <summary>The whole sequence is too long.</summary>
    SequenceTooLong,
}

/// <summary>Ends a sequence with a reason; never leaves the author.</summary>
internal sealed class ChatRejectedException(ChatRejection reason, string detail) : Exception(detail)
{
    private const int MaxExcerpt = 300;

    /// <summary>Whether another try may end otherwise. The default value is false.</summary>
    public bool IsTransient { get; init; }

    /// <summary>What was written since the last run. The default value is an empty list.</summary>
    public IReadOnlyList<Block> Written { get; init; } = [];

    /// <summary>The beginning of a text, for the detail.</summary>
    public static string Excerpt(string text) => text.Length <= MaxExcerpt ? text : text[..MaxExcerpt] + "…";

    /// <summary>The draft that says so.</summary>
    /// <param name="before">What the sequence had before.</param>
    public ReflectionDraft ToDraft(IEnumerable<Block> before) =>
        new(null as Conversation)
        {
            Reason = reason.ToString(),
            Detail = Message,
            IsTransient = IsTransient,
            Attempts = [.. before, .. Written],
            Rejections = new Dictionary<string, int> { [reason.ToString()] = 1 },
        };
}
