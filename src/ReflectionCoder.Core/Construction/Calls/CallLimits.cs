using System.Threading.RateLimiting;

namespace ReflectionCoder.Construction.Calls;

/// <summary>Holds requests back so that they stay within the limits. Thread-safe.</summary>
internal sealed class CallLimits : IDisposable
{
    private const int Seconds = 60;
    private readonly ConcurrencyLimiter concurrency;
    private readonly TokenBucketRateLimiter? requests;
    private readonly TokenBucketRateLimiter? tokens;
    private readonly int mostTokens;

    public CallLimits(AuthorChatOptions options)
    {
        concurrency = new ConcurrencyLimiter(
            new ConcurrencyLimiterOptions { PermitLimit = options.MaxConcurrentRequests, QueueLimit = int.MaxValue }
        );
        if (options.RequestsPerMinute is { } perMinute)
        {
            requests = Bucket(Math.Max(1, perMinute / 10), 1, TimeSpan.FromSeconds(Seconds / (double)perMinute));
        }

        if (options.TokensPerMinute is { } tokensPerMinute)
        {
            mostTokens = tokensPerMinute;
            tokens = Bucket(tokensPerMinute, Math.Max(1, tokensPerMinute / Seconds), Period(tokensPerMinute));
        }
    }

    /// <summary>Waits until a request may be sent. Disposing what it gives back ends the request.</summary>
    /// <param name="estimate">The tokens that it may use.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IDisposable> WaitAsync(int estimate, CancellationToken cancellationToken)
    {
        if (requests is not null)
        {
            using RateLimitLease one = await requests.AcquireAsync(1, cancellationToken).ConfigureAwait(false);
        }

        await TakeAsync(estimate, cancellationToken).ConfigureAwait(false);
        return await concurrency.AcquireAsync(1, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes what a request has used beyond its estimate from those that come.</summary>
    public void Settle(int estimate, long used)
    {
        if (tokens is not null && used > estimate)
        {
            _ = TakeAsync((int)Math.Min(used - estimate, mostTokens), CancellationToken.None);
        }
    }

    public void Dispose()
    {
        concurrency.Dispose();
        requests?.Dispose();
        tokens?.Dispose();
    }

    private static TimeSpan Period(int tokensPerMinute) => TimeSpan.FromSeconds(Math.Max(1, Seconds / (double)tokensPerMinute));

    private static TokenBucketRateLimiter Bucket(int most, int each, TimeSpan period) =>
        new(
            new TokenBucketRateLimiterOptions
            {
                TokenLimit = most,
                TokensPerPeriod = each,
                ReplenishmentPeriod = period,
                QueueLimit = int.MaxValue,
            }
        );

    private async Task TakeAsync(int count, CancellationToken cancellationToken)
    {
        if (tokens is not null)
        {
            using RateLimitLease some = await tokens.AcquireAsync(Math.Min(count, mostTokens), cancellationToken).ConfigureAwait(false);
        }
    }
}
