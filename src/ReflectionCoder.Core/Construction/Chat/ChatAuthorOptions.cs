using ReflectionCoder.Configuration;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Construction.Chat;

/// <summary>Options of a <see cref="ChatAuthor"/>.</summary>
public sealed record ChatAuthorOptions : IValidatedOptions
{
    /// <summary>The seed from which each call's own seed is made; any value is allowed. The default value is 3407.</summary>
    public long Seed { get; set; } = 3407;

    /// <summary>The largest number of attempts, including the one that passes; at least 1. The default value is 4.</summary>
    public int MaxRounds { get; set; } = 4;

    /// <summary>
    /// The smallest number of attempts; from 1 to <see cref="MaxRounds"/>. With 2, a sequence whose first attempt passes is not kept, and
    /// its final answer is not asked for. The default value is 1.
    /// </summary>
    public int MinAttempts { get; set; } = 1;

    /// <summary>
    /// Whether the final answer is asked for in the conversation of the attempts, which costs their tokens once more. The default value is
    /// false: in a new conversation, so that the answer can't mention them.
    /// </summary>
    public bool AnswersInSameConversation { get; set; }

    /// <summary>The model to ask for. The default value is null: the client's.</summary>
    public string? ModelId { get; set; }

    /// <summary>The sampling temperature; 0 or more. The default value is null: the endpoint's.</summary>
    public float? Temperature { get; set; }

    /// <summary>The probability mass that tokens are drawn from; above 0, at most 1. The default value is null: the endpoint's.</summary>
    public float? TopP { get; set; }

    /// <summary>The largest number of tokens of an answer; at least 1. The default value is null: the endpoint's.</summary>
    public int? MaxOutputTokens { get; set; }

    /// <summary>The largest execution block, in bytes of UTF-8; at least 1. The default value is 2000.</summary>
    public int MaxExecutionBytes { get; set; } = 2000;

    /// <summary>
    /// The largest sequence, counting one token for each byte and for each marker; at least 1. A longer one is not kept. The default value
    /// is 16000.
    /// </summary>
    public int MaxSequenceTokens { get; set; } = 16_000;

    /// <summary>Limits of each run. The default value allows 10 s of wall-clock time and 5 s of processor time.</summary>
    public SandboxLimits Limits { get; set; } = new() { WallTime = TimeSpan.FromSeconds(10), CpuTime = TimeSpan.FromSeconds(5) };

    /// <summary>The templates. The default value is the library's own wording.</summary>
    public ChatAuthorPrompts Prompts { get; set; } = new();

    /// <summary>Finds the options that are out of range. The constructor of <see cref="ChatAuthor"/> calls this first.</summary>
    /// <returns>All mistakes; empty if there are none.</returns>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(MaxRounds >= 1, MaxRounds, "at least 1")
            .Require(MinAttempts >= 1 && MinAttempts <= MaxRounds, MinAttempts, "from 1 to MaxRounds")
            .Require(ModelId is null || !string.IsNullOrWhiteSpace(ModelId), ModelId, "a name, or null")
            .Require(Temperature is null or (>= 0 and < float.PositiveInfinity), Temperature, "0 or more, or null")
            .Require(TopP is null or (> 0 and <= 1), TopP, "above 0 and at most 1, or null")
            .Require(MaxOutputTokens is null or >= 1, MaxOutputTokens, "at least 1, or null")
            .Require(MaxExecutionBytes >= 1, MaxExecutionBytes, "at least 1")
            .Require(MaxSequenceTokens >= 1, MaxSequenceTokens, "at least 1")
            .RequireValid(Limits)
            .RequireValid(Prompts)
            .Found;
}
