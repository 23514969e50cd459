using System.Globalization;
using Microsoft.Extensions.AI;

namespace ReflectionCoder.Construction.Calls;

/// <summary>Counts calls, tokens and money. Thread-safe.</summary>
internal sealed class CallAccount(AuthorChatOptions options, PaidCalls earlier)
{
    private const decimal Million = 1_000_000;
    private readonly Lock counting = new();
    private PaidCalls paid = earlier;
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

    /// <summary>Why a request may not be sent; null if it may.</summary>
    public string? WouldExceed(IReadOnlyList<ChatMessage> messages, ChatOptions? sent)
    {
        if (options.MaxCost is not { } most)
        {
            return null;
        }

        decimal spent = Usage.Cost!.Value;
        decimal next = Cost(CallEstimate.Input(messages), CallEstimate.Output(sent))!.Value;
        return spent + next <= most
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"The limit of {most} is reached: {spent:0.####} are spent, and the next request may cost {next:0.####}. A run with a higher limit goes on from the journal."
            );
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
}
