using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace ReflectionCoder.Construction.Calls;

/// <summary>Sends a request again where that may help. Thread-safe.</summary>
internal sealed class CallRetries
{
    /// <summary>How often an empty answer is asked for again: it comes from the model, and money is paid for it.</summary>
    private const int EmptyAnswerRetries = 2;

    private readonly AuthorChatOptions options;
    private readonly CallFailures failures;
    private readonly ILogger logger;
    private readonly ResiliencePipeline<ChatResponse> pipeline;

    public CallRetries(AuthorChatOptions options, CallFailures failures, ILogger logger, TimeProvider time)
    {
        this.options = options;
        this.failures = failures;
        this.logger = logger;
        pipeline = Build(time);
    }

    /// <summary>Sends until there is an answer, or no further try may help; then the last failure is thrown.</summary>
    public ValueTask<ChatResponse> ExecuteAsync(
        Func<CancellationToken, ValueTask<ChatResponse>> send,
        CancellationToken cancellationToken
    ) => pipeline.ExecuteAsync(send, cancellationToken);

    private ResiliencePipeline<ChatResponse> Build(TimeProvider time)
    {
        ResiliencePipelineBuilder<ChatResponse> builder = new() { TimeProvider = time };
        if (options.MaxRetries > 0)
        {
            builder.AddRetry(
                new RetryStrategyOptions<ChatResponse>
                {
                    MaxRetryAttempts = options.MaxRetries,
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    Delay = options.RetryDelay,
                    MaxDelay = options.MaxRetryDelay,
                    ShouldHandle = failed => ValueTask.FromResult(MayRetry(failed)),
                    DelayGenerator = failed => ValueTask.FromResult(WishedDelay(failed.Outcome.Exception)),
                    OnRetry = failed =>
                    {
                        Log(failed.Outcome.Exception!, failed.RetryDelay);
                        return default;
                    },
                }
            );
        }

        return builder.Build();
    }

    private bool MayRetry(RetryPredicateArguments<ChatResponse> failed) =>
        failed.Outcome.Exception is { } exception
        && !failed.Context.CancellationToken.IsCancellationRequested
        && failures.Judge(exception) == CallVerdict.Retry
        && (exception is not EmptyAnswerException || failed.AttemptNumber < EmptyAnswerRetries);

    private TimeSpan? WishedDelay(Exception? exception) =>
        exception is not null && failures.Read(exception)?.RetryAfter is { } wish
            ? TimeSpan.FromTicks(Math.Clamp(wish.Ticks, 0, options.MaxRetryDelay.Ticks))
            : null;

    private void Log(Exception exception, TimeSpan delay)
    {
        CallTelemetry.CountRetry();
        logger.LogWarning("The author's model: {Failure} Next try in {Delay}.", failures.Describe(exception), delay);
    }
}
