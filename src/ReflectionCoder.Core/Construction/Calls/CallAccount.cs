using System.Globalization;
using Microsoft.Extensions.AI;

namespace ReflectionCoder.Construction.Calls;

/// <summary>Counts a client's calls, their tokens and money, and keeps them within the limits. Thread-safe.</summary>
internal sealed class CallAccount(AuthorChatOptions options, CallLedger ledger)
{
    private const decimal Million = 1_000_000;
    private long reused;
    private long failed;

    public AuthorUsage Usage
    {
        get
        {
            PaidCalls paid = ledger.Paid;
            return new AuthorUsage
            {
                Calls = paid.Calls,
                InputTokens = paid.InputTokens,
                OutputTokens = paid.OutputTokens,
                Cost = Cost(paid),
                ReusedCalls = Interlocked.Read(ref reused),
                FailedRequests = Interlocked.Read(ref failed),
            };
        }
    }

    /// <summary>Sets aside what a request may use. Disposing what it gives back frees that.</summary>
    /// <exception cref="AuthorCallException">With the requests that are under way, it could exceed a limit; fatal.</exception>
    public IDisposable Reserve(IReadOnlyList<ChatMessage> messages, ChatOptions? sent)
    {
        PaidCalls next = new(1, CallEstimate.Input(messages), CallEstimate.Output(sent));
        return ledger.Reserve(next, (paid, reserved) => Check(paid, reserved, next));
    }

    public void Pay((long Input, long Output) tokens)
    {
        ledger.Pay(tokens);
        CallTelemetry.CountTokens(tokens);
    }

    public void Reuse() => Interlocked.Increment(ref reused);

    public void Fail() => Interlocked.Increment(ref failed);

    private void Check(PaidCalls paid, PaidCalls reserved, PaidCalls next)
    {
        PaidCalls all = paid.Plus(reserved).Plus(next);
        if (Cost(all) > options.MaxCost)
        {
            throw TooMuch(
                string.Create(CultureInfo.InvariantCulture, $"MaxCost of {options.MaxCost} is reached: {Cost(paid):0.####} are spent"),
                string.Create(CultureInfo.InvariantCulture, $"may cost {Cost(reserved):0.####}, and the next one {Cost(next):0.####}")
            );
        }

        if (all.TotalTokens > options.MaxTotalTokens)
        {
            throw TooMuch(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"MaxTotalTokens of {options.MaxTotalTokens} is reached: {paid.TotalTokens} are used"
                ),
                string.Create(CultureInfo.InvariantCulture, $"may use {reserved.TotalTokens}, and the next one {next.TotalTokens}")
            );
        }
    }

    private static AuthorCallException TooMuch(string spent, string next) =>
        new($"The limit {spent}, requests under way {next}. A run with a higher limit goes on from the journal.", isFatal: true);

    private decimal? Cost(PaidCalls calls) =>
        options is { InputPrice: { } inputPrice, OutputPrice: { } outputPrice }
            ? ((calls.InputTokens * inputPrice) + (calls.OutputTokens * outputPrice)) / Million
            : null;
}
