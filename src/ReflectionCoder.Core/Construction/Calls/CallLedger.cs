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
    /// <param name="check">Throws if that is too much, by what is paid and what is set aside already.</param>
    public IDisposable Reserve(PaidCalls next, Action<PaidCalls, PaidCalls> check)
    {
        lock (counting)
        {
            check(paid, reserved);
            reserved = reserved.Plus(next);
        }

        return new Reservation(this, next);
    }

    private sealed class Reservation(CallLedger ledger, PaidCalls amount) : IDisposable
    {
        public void Dispose()
        {
            lock (ledger.counting)
            {
                ledger.reserved = ledger.reserved.Minus(amount);
            }
        }
    }
}
