namespace ReflectionCoder.Construction.Calls;

/// <summary>
/// What the calls of an <see cref="AuthorChatClient"/> have used so far, together with those of other clients of its journal. Immutable.
/// </summary>
public sealed record AuthorUsage
{
    /// <summary>
    /// Requests that were answered and paid for, empty answers and those of earlier runs of the journal among them.
    /// </summary>
    public required long Calls { get; init; }

    /// <summary>Tokens of these requests' messages, as the server counts them.</summary>
    public required long InputTokens { get; init; }

    /// <summary>Tokens of their answers, as the server counts them.</summary>
    public required long OutputTokens { get; init; }

    /// <summary>
    /// What they cost by the prices in <see cref="AuthorChatOptions"/>, in their currency; null if these have no price.
    /// </summary>
    public required decimal? Cost { get; init; }

    /// <summary>Calls of this client that were answered from the journal, and so cost nothing.</summary>
    public required long ReusedCalls { get; init; }

    /// <summary>Requests of this client that failed, whether they were tried again or not.</summary>
    public required long FailedRequests { get; init; }
}
