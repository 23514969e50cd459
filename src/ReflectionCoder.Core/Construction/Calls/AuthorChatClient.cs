using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Polly;
using Polly.Retry;
using Polly.Timeout;
using ReflectionCoder.Configuration;

namespace ReflectionCoder.Construction.Calls;

/// <summary>
/// A chat client for long runs against a paid model: it keeps within limits, tries failed requests again, counts tokens and money, and
/// asks nothing twice that stands in its journal.
/// </summary>
/// <remarks>
/// <para>Two requests are the same if their messages, their <see cref="ChatOptions"/> and the inner client's model are equal. A caller that
/// wants several answers to equal messages gives each request another <see cref="ChatOptions.Seed"/>.</para>
/// <para>Tried again are: no answer in time, broken connections, answers that are cut off, malformed or empty, and the statuses 408, 409,
/// 425, 429 and from 500 on. The statuses 401 to 404 end the run, because all requests would fail alike. The inner client should not try
/// again itself: that of OpenAI does so three times unless its <c>RetryPolicy</c> is <c>new ClientRetryPolicy(0)</c>.</para>
/// <para>Thread-safe. Disposing it disposes the inner client; the journal belongs to the caller.</para>
/// </remarks>
public sealed class AuthorChatClient : DelegatingChatClient
{
    /// <summary>How often an empty answer is asked for again: it comes from the model, and money is paid for it.</summary>
    private const int EmptyAnswerRetries = 2;

    private readonly AuthorChatOptions options;
    private readonly ConstructionJournal? journal;
    private readonly ILogger logger;
    private readonly CallFailures failures;
    private readonly CallLimits limits;
    private readonly CallAccount account;
    private readonly ResiliencePipeline<ChatResponse> resilience;
    private readonly ConcurrentDictionary<string, Task> inFlight = new(StringComparer.Ordinal);
    private readonly string? model;
    private readonly TimeProvider time;

    /// <summary>Creates a client.</summary>
    /// <param name="innerClient">Sends the requests.</param>
    /// <param name="options">Limits, retries and prices; copied. Null for the defaults.</param>
    /// <param name="journal">Holds the answers; null to keep none.</param>
    /// <param name="logger">Gets a warning for each request that failed; null for no log.</param>
    /// <param name="timeProvider">The clock of waits and time limits; null for the system's.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    public AuthorChatClient(
        IChatClient innerClient,
        AuthorChatOptions? options = null,
        ConstructionJournal? journal = null,
        ILogger<AuthorChatClient>? logger = null,
        TimeProvider? timeProvider = null
    )
        : base(innerClient)
    {
        this.options = (options ?? new AuthorChatOptions()) with { };
        this.options.Validate();
        this.journal = journal;
        this.logger = logger ?? NullLogger<AuthorChatClient>.Instance;
        failures = new CallFailures(this.options.ReadFailure);
        time = timeProvider ?? TimeProvider.System;
        limits = new CallLimits(this.options, time);
        account = new CallAccount(this.options, journal?.Earlier ?? default);
        model = innerClient.GetService<ChatClientMetadata>()?.DefaultModelId;
        resilience = BuildResilience();
    }

    /// <summary>What the calls have used so far.</summary>
    public AuthorUsage Usage => account.Usage;

    /// <summary>Answers from the journal, or asks the inner client.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="options">Options of the request; null for none.</param>
    /// <param name="cancellationToken">Ends waits and the request.</param>
    /// <returns>The answer. It has text, or its finish reason says why not.</returns>
    /// <exception cref="AuthorCallException">There is no answer, and all tries that may help are done.</exception>
    /// <exception cref="InvalidOperationException">No run has begun with the journal; nothing was asked.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(messages);
        List<ChatMessage> asked = [.. messages];
        if (journal is null)
        {
            return await SendAsync(asked, options, cancellationToken).ConfigureAwait(false);
        }

        // Before anything is paid for: an answer that has no place to go would be lost.
        journal.RequireClaim();
        string key = CallKey.Of(model, asked, options);
        while (true)
        {
            if (journal.Find(JournalKind.Call, key) is { } known)
            {
                return Reuse(known);
            }

            // An equal request that is under way will be in the journal, or fail and leave the place to this one.
            TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Task underWay = inFlight.GetOrAdd(key, done.Task);
            if (underWay != done.Task)
            {
                await underWay.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            try
            {
                // It may have come into the journal since the look above.
                return journal.Find(JournalKind.Call, key) is { } late
                    ? Reuse(late)
                    : await SendAsync(asked, options, cancellationToken, key).ConfigureAwait(false);
            }
            finally
            {
                inFlight.TryRemove(key, out _);
                done.SetResult();
            }
        }
    }

    /// <summary>The same as <see cref="GetResponseAsync"/>; the answer comes whole.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="options">Options of the request; null for none.</param>
    /// <param name="cancellationToken">Ends waits and the request.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="AuthorCallException">There is no answer, and all tries that may help are done.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ChatResponse response = await GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);
        foreach (ChatResponseUpdate update in response.ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    private async Task<ChatResponse> SendAsync(
        List<ChatMessage> messages,
        ChatOptions? asked,
        CancellationToken cancellationToken,
        string? key = null
    )
    {
        ChatOptions? sent = asked?.Clone();
        if (sent is not null && !options.SendSeed)
        {
            sent.Seed = null;
        }

        using CallTelemetry telemetry = CallTelemetry.Start(sent?.ModelId ?? model);
        try
        {
            ChatResponse response = await resilience
                .ExecuteAsync(token => TryAsync(messages, sent, key, token), cancellationToken)
                .ConfigureAwait(false);
            telemetry.End("answered");
            return response;
        }
        catch (Exception exception) when (exception is not OperationCanceledException && cancellationToken.IsCancellationRequested)
        {
            // Clients of other makers report a broken connection there.
            throw new OperationCanceledException("The call of the author's model was cancelled.", exception, cancellationToken);
        }
        catch (AuthorCallException)
        {
            telemetry.End("failed");
            throw;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            telemetry.End("failed");
            CallVerdict verdict = failures.Judge(exception);
            string times = verdict == CallVerdict.Retry ? $" (tried {options.MaxRetries + 1} times at most)" : "";
            throw new AuthorCallException(
                $"The author's model gave no answer{times}: {failures.Describe(exception)}",
                isFatal: verdict == CallVerdict.Stop,
                isTransient: verdict == CallVerdict.Retry && exception is not EmptyAnswerException,
                exception
            );
        }
    }

    /// <summary>One try. An answer is in the journal before anything else can go wrong.</summary>
    private async ValueTask<ChatResponse> TryAsync(
        List<ChatMessage> messages,
        ChatOptions? sent,
        string? key,
        CancellationToken cancellationToken
    )
    {
        int estimate = CallEstimate.Tokens(messages, sent);
        using IDisposable allowed = await limits.WaitAsync(estimate, cancellationToken).ConfigureAwait(false);
        using IDisposable reserved = account.Reserve(messages, sent);
        ChatResponse response;
        try
        {
            response = await WithinTimeAsync(messages, sent, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            account.Fail();
            throw;
        }

        (long Input, long Output) tokens = CallEstimate.Used(messages, response);
        limits.Settle(estimate, tokens.Input + tokens.Output);
        account.Pay(tokens);
        if (IsEmpty(response))
        {
            account.Fail();
            throw new EmptyAnswerException();
        }

        Keep(key, response, tokens);
        return response;
    }

    /// <summary>Writes an answer into the journal. If that fails, another try would pay for an answer that can't be kept either.</summary>
    private void Keep(string? key, ChatResponse response, (long Input, long Output) tokens)
    {
        if (key is null)
        {
            return;
        }

        try
        {
            journal!.Add(JournalKind.Call, key, JournaledCall.Write(response, tokens));
        }
        catch (Exception exception)
        {
            throw new AuthorCallException(
                $"An answer couldn't be written to the journal: {exception.Message}",
                isFatal: true,
                innerException: exception
            );
        }
    }

    // A refusal is an answer: another try would get, and pay for, the same one.
    private static bool IsEmpty(ChatResponse response) =>
        string.IsNullOrWhiteSpace(response.Text)
        && response.FinishReason != ChatFinishReason.ContentFilter
        && response.FinishReason != ChatFinishReason.Length
        && !response.Messages.Any(message => message.Contents.Any(content => content is ErrorContent));

    private ChatResponse Reuse(byte[] known)
    {
        account.Reuse();
        return JournaledCall.Read(known);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            limits.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<ChatResponse> WithinTimeAsync(List<ChatMessage> messages, ChatOptions? sent, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(options.RequestTimeout, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await base.GetResponseAsync(messages, sent, either.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutRejectedException("no answer in time.", options.RequestTimeout, exception);
        }
    }

    private ResiliencePipeline<ChatResponse> BuildResilience()
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
