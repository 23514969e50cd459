using System.Globalization;
using Microsoft.Extensions.AI;

namespace ReflectionCoder.Construction.Calls;

/// <summary>Counts calls, tokens and money. Thread-safe.</summary>
internal sealed class CallAccount(AuthorChatOptions options, PaidCalls earlier)
{
    private const decimal Million = 1_000_000;
    private readonly Lock counting = new();
    private PaidCalls paid = earlier;
    private decimal reserved;
    private long reused;
    private long failed;

    public AuthorUsage Usage
    {
        get
        {
            lock (counting)
            {
                return new AuthorUsage
                {
                    Calls = paid.Calls,
                    InputTokens = paid.InputTokens,
                    OutputTokens = paid.OutputTokens,
                    Cost = Cost(paid.InputTokens, paid.OutputTokens),
                    ReusedCalls = reused,
                    FailedRequests = failed,
                };
            }
        }
    }

    /// <summary>Sets aside what a request may cost. Disposing what it gives back frees that.</summary>
    /// <exception cref="AuthorCallException">With the requests that are under way, it could exceed the limit; fatal.</exception>
    public IDisposable Reserve(IReadOnlyList<ChatMessage> messages, ChatOptions? sent)
    {
        if (options.MaxCost is not { } most)
        {
            return new Reservation(this, 0);
        }

        decimal next = Cost(CallEstimate.Input(messages), CallEstimate.Output(sent))!.Value;
        lock (counting)
        {
            decimal spent = Cost(paid.InputTokens, paid.OutputTokens)!.Value;
            if (spent + reserved + next > most)
            {
                throw new AuthorCallException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The limit of {most} is reached: {spent:0.####} are spent, those under way may cost {reserved:0.####}, "
                    )
                        + "and the next "
                        + string.Create(
                            CultureInfo.InvariantCulture,
                            $"one {next:0.####}. A run with a higher limit goes on from the journal."
                        ),
                    isFatal: true
                );
            }

            reserved += next;
        }

        return new Reservation(this, next);
    }

    public void Pay((long Input, long Output) tokens)
    {
        lock (counting)
        {
            paid = paid.With(tokens);
        }

        CallTelemetry.CountTokens(tokens);
    }

    public void Reuse() => Interlocked.Increment(ref reused);

    public void Fail() => Interlocked.Increment(ref failed);

    private decimal? Cost(long input, long output) =>
        options is { InputPrice: { } inputPrice, OutputPrice: { } outputPrice }
            ? ((input * inputPrice) + (output * outputPrice)) / Million
            : null;

    private sealed class Reservation(CallAccount account, decimal amount) : IDisposable
    {
        public void Dispose()
        {
            lock (account.counting)
            {
                account.reserved -= amount;
            }
        }
    }
}
