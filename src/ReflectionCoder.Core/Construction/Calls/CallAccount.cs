using System.Globalization;
using Microsoft.Extensions.AI;

namespace ReflectionCoder.Construction.Calls;

/// <summary>Counts a client's calls, their tokens and money, and keeps them within the limits. Thread-safe.</summary>
internal sealed class CallAccount(AuthorChatOptions options, CallLedger ledger)
{
    private const decimal Million = 1_000_000;
    private long reused;
    private long failed;
    private volatile bool isOver;

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
    /// <exception cref="AuthorCallException">It could exceed a limit, or an earlier one could; fatal.</exception>
    public async Task<IDisposable> ReserveAsync(IReadOnlyList<ChatMessage> messages, ChatOptions? sent, CancellationToken cancellationToken)
    {
        PaidCalls next = new(1, CallEstimate.Input(messages), CallEstimate.Output(sent));
        if (!isOver && await ledger.ReserveAsync(next, IsAllowed, cancellationToken).ConfigureAwait(false) is { } reserved)
        {
            return reserved;
        }

        // The run ends. A smaller request that is sent meanwhile would be cancelled, and its answer be lost.
        isOver = true;
        PaidCalls paid = ledger.Paid;
        throw new AuthorCallException(
            (Cost(paid.Plus(next)) > options.MaxCost ? MoneySpent(paid, next) : TokensSpent(paid, next))
                + " A run with a higher limit goes on from the journal.",
            isFatal: true
        );
    }

    public void Pay((long Input, long Output) tokens)
    {
        ledger.Pay(tokens);
        CallTelemetry.CountTokens(tokens);
    }

    public void Reuse() => Interlocked.Increment(ref reused);

    public void Fail() => Interlocked.Increment(ref failed);

    private bool IsAllowed(PaidCalls all) => !(Cost(all) > options.MaxCost) && !(all.TotalTokens > options.MaxTotalTokens);

    private string MoneySpent(PaidCalls paid, PaidCalls next) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"The limit MaxCost of {options.MaxCost} is reached: {Cost(paid):0.####} are spent, and the next request may cost "
        ) + string.Create(CultureInfo.InvariantCulture, $"{Cost(next):0.####}.");

    private string TokensSpent(PaidCalls paid, PaidCalls next) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"The limit MaxTotalTokens of {options.MaxTotalTokens} is reached: {paid.TotalTokens} are used, and the next request may use "
        ) + string.Create(CultureInfo.InvariantCulture, $"{next.TotalTokens}.");

    private decimal? Cost(PaidCalls calls) =>
        options is { InputPrice: { } inputPrice, OutputPrice: { } outputPrice }
            ? ((calls.InputTokens * inputPrice) + (calls.OutputTokens * outputPrice)) / Million
            : null;
}
