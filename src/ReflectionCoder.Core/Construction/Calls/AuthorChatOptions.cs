using ReflectionCoder.Configuration;

namespace ReflectionCoder.Construction.Calls;

/// <summary>Options of an <see cref="AuthorChatClient"/>.</summary>
public sealed record AuthorChatOptions : IValidatedOptions
{
    /// <summary>The largest number of requests at once; at least 1. The default value is 8.</summary>
    public int MaxConcurrentRequests { get; set; } = 8;

    /// <summary>
    /// The largest number of requests a minute, tries that fail among them; at least 1. A tenth of them may be sent at once. The default
    /// value is null: no limit.
    /// </summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>
    /// The largest number of tokens a minute, of messages and answers together; at least 1. A request is estimated before it is sent (a
    /// token for every four characters, and the largest answer), and what it used beyond that delays the next ones. The default value is
    /// null: no limit.
    /// </summary>
    public int? TokensPerMinute { get; set; }

    /// <summary>How often a request is tried again; at least 0. The default value is 6.</summary>
    public int MaxRetries { get; set; } = 6;

    /// <summary>
    /// The wait before the first further try; above 0. Each later wait is about twice as long, and a server's <c>Retry-After</c> counts
    /// instead. The default value is 2 s.
    /// </summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The longest wait before a further try, a server's wish included; at least <see cref="RetryDelay"/>. The default value is 2 min.
    /// </summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long an answer may take; above 0, at most one day. The default value is 5 min.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Whether the request's seed is sent. Some servers refuse it. If it isn't sent, it still tells equal requests apart in the journal.
    /// The default value is true.
    /// </summary>
    public bool SendSeed { get; set; } = true;

    /// <summary>
    /// The run ends when so many requests, one after the other, got no answer in all their tries: the server is gone, or set up in a way
    /// that it answers nothing. At least 1. The default value is 10.
    /// </summary>
    public int MaxFailuresInRow { get; set; } = 10;

    /// <summary>Price of a million tokens of messages; at least 0. The default value is null: not known.</summary>
    public decimal? InputPrice { get; set; }

    /// <summary>Price of a million tokens of answers; at least 0. The default value is null: not known.</summary>
    public decimal? OutputPrice { get; set; }

    /// <summary>
    /// The most that all calls of the journal may cost, those of earlier runs among them; above 0. A request that could exceed it, by the
    /// estimate of <see cref="TokensPerMinute"/>, first waits for those under way; if it still could, it is not sent, and ends the run.
    /// Needs both prices. The default value is null: no limit.
    /// </summary>
    public decimal? MaxCost { get; set; }

    /// <summary>
    /// The most tokens that all calls of the journal may use, of messages and answers together, those of earlier runs among them; at least
    /// 1. It holds as <see cref="MaxCost"/> does, and needs no prices. The default value is null: no limit.
    /// </summary>
    public long? MaxTotalTokens { get; set; }

    /// <summary>
    /// Reads what a server said from an exception of the inner client's own; null if it knows nothing of it. The default value is null:
    /// only <see cref="HttpRequestException"/> is understood. The OpenAI client throws <c>System.ClientModel.ClientResultException</c>,
    /// which has <c>Status</c> and, by <c>GetRawResponse()</c>, the headers.
    /// </summary>
    public Func<Exception, AuthorCallFailure?>? ReadFailure { get; set; }

    /// <summary>Finds the options that are out of range. The constructor of <see cref="AuthorChatClient"/> calls this first.</summary>
    /// <returns>All mistakes; empty if there are none.</returns>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(MaxConcurrentRequests >= 1, MaxConcurrentRequests, "at least 1")
            .Require(RequestsPerMinute is null or >= 1, RequestsPerMinute, "at least 1")
            .Require(TokensPerMinute is null or >= 1, TokensPerMinute, "at least 1")
            .Require(MaxRetries >= 0, MaxRetries, "at least 0")
            .Require(RetryDelay > TimeSpan.Zero, RetryDelay, "above 0")
            .Require(
                MaxRetryDelay >= RetryDelay && MaxRetryDelay <= TimeSpan.FromDays(1),
                MaxRetryDelay,
                "at least RetryDelay, at most a day"
            )
            .Require(RequestTimeout > TimeSpan.Zero && RequestTimeout <= TimeSpan.FromDays(1), RequestTimeout, "above 0, at most a day")
            .Require(MaxFailuresInRow >= 1, MaxFailuresInRow, "at least 1")
            .Require(InputPrice is null or >= 0, InputPrice, "at least 0")
            .Require(OutputPrice is null or >= 0, OutputPrice, "at least 0")
            .Require(
                MaxCost is null || (MaxCost > 0 && InputPrice is not null && OutputPrice is not null),
                MaxCost,
                "above 0, with both prices"
            )
            .Require(MaxTotalTokens is null or >= 1, MaxTotalTokens, "at least 1")
            .Found;
}
