namespace ReflectionCoder.Construction.Calls;

/// <summary>Calls that were paid for, and their tokens.</summary>
internal readonly record struct PaidCalls(long Calls, long InputTokens, long OutputTokens)
{
    public long TotalTokens => InputTokens + OutputTokens;

    public PaidCalls Plus(PaidCalls other) => new(Calls + other.Calls, InputTokens + other.InputTokens, OutputTokens + other.OutputTokens);

    public PaidCalls Minus(PaidCalls other) => new(Calls - other.Calls, InputTokens - other.InputTokens, OutputTokens - other.OutputTokens);
}

/// <summary>
/// What was paid for, and what is set aside for the requests under way. All clients of a journal share it, so that a limit holds for all of
/// them together. Thread-safe.
/// </summary>
internal sealed class CallLedger
{
    private readonly Lock counting = new();
    private PaidCalls paid;
    private PaidCalls reserved;
    private TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PaidCalls Paid
    {
        get
        {
            lock (counting)
            {
                return paid;
            }
        }
    }

    public void Pay((long Input, long Output) tokens)
    {
        lock (counting)
        {
            paid = paid.Plus(new PaidCalls(1, tokens.Input, tokens.Output));
        }
    }

    /// <summary>Sets aside what a request may use. Disposing what it gives back frees that.</summary>
    /// <param name="next">What it may use.</param>
    /// <param name="fits">Whether so much may be spent.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// Null if the request doesn't fit beside what is paid. If that depends on requests under way, it waits for them: they may use less
    /// than they could, and a run that ends now would lose their answers.
    /// </returns>
    public async Task<IDisposable?> ReserveAsync(PaidCalls next, Func<PaidCalls, bool> fits, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task freed;
            lock (counting)
            {
                if (fits(paid.Plus(reserved).Plus(next)))
                {
                    reserved = reserved.Plus(next);
                    return new Reservation(this, next);
                }

                if (reserved.Calls == 0)
                {
                    return null;
                }

                freed = release.Task;
            }

            await freed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void Free(PaidCalls amount)
    {
        TaskCompletionSource freed;
        lock (counting)
        {
            reserved = reserved.Minus(amount);
            freed = release;
            release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        freed.SetResult();
    }

    private sealed class Reservation(CallLedger ledger, PaidCalls amount) : IDisposable
    {
        public void Dispose() => ledger.Free(amount);
    }
}
