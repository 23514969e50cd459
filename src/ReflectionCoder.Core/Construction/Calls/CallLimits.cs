namespace ReflectionCoder.Construction.Calls;

/// <summary>Holds requests back so that they stay within the limits. Thread-safe.</summary>
internal sealed class CallLimits : IDisposable
{
    // So that a run doesn't send a minute's requests in its first second, which servers with shorter windows refuse.
    private const int Burst = 10;
    private readonly SemaphoreSlim places;
    private readonly TokenBucket? requests;
    private readonly TokenBucket? tokens;

    public CallLimits(AuthorChatOptions options, TimeProvider time)
    {
        places = new SemaphoreSlim(options.MaxConcurrentRequests);
        requests = options.RequestsPerMinute is { } perMinute ? new TokenBucket(perMinute, Math.Max(1, perMinute / Burst), time) : null;
        tokens = options.TokensPerMinute is { } tokensPerMinute ? new TokenBucket(tokensPerMinute, tokensPerMinute, time) : null;
    }

    /// <summary>Waits until a request may be sent. Disposing what it gives back ends the request.</summary>
    /// <param name="estimate">The tokens that it may use.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IDisposable> WaitAsync(int estimate, CancellationToken cancellationToken)
    {
        // The place comes first: permits that were taken long before their requests are sent would be used all at once.
        await places.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await (requests?.TakeAsync(1, cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
            await (tokens?.TakeAsync(estimate, cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
            return new Place(places);
        }
        catch
        {
            _ = places.Release();
            throw;
        }
    }

    public void Dispose() => places.Dispose();

    /// <summary>Corrects the estimate by what a request has used.</summary>
    public void Settle(int estimate, long used) => tokens?.Give(estimate - used);

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}
