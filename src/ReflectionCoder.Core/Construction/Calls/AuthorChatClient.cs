using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
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
/// <para>The journal keeps of an answer its messages' roles and contents, its finish reason, usage, model and id, and gives it back without
/// the rest, also when it is new. It also keeps what empty answers cost. What isn't known, and so not counted: requests that the server
/// answered but whose answer never came, or came in a form that the inner client couldn't read, and those under way when the process was
/// killed.</para>
/// <para>Clients may share a journal. They then count together, and their limits of tokens and money hold for all of them.</para>
/// <para>Thread-safe. Disposing it disposes the inner client; the journal belongs to the caller.</para>
/// </remarks>
public sealed class AuthorChatClient : DelegatingChatClient
{
    private readonly AuthorChatOptions options;
    private readonly JournaledAnswers? answers;
    private readonly CallFailures failures;
    private readonly CallLimits limits;
    private readonly CallAccount account;
    private readonly CallRetries retries;
    private readonly string? model;
    private readonly TimeProvider time;
    private int failuresInRow;

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
        answers = journal?.Answers;
        time = timeProvider ?? TimeProvider.System;
        failures = new CallFailures(this.options.ReadFailure);
        retries = new CallRetries(this.options, failures, logger ?? NullLogger<AuthorChatClient>.Instance, time);
        limits = new CallLimits(this.options, time);
        account = new CallAccount(this.options, journal?.Ledger ?? new CallLedger());
        model = innerClient.GetService<ChatClientMetadata>()?.DefaultModelId;
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
        if (answers is null)
        {
            return await SendAsync(asked, options, key: null, cancellationToken).ConfigureAwait(false);
        }

        string key = CallKey.Of(model, asked, options);
        (ChatResponse answer, bool isKnown) = await answers
            .GetAsync(key, () => SendAsync(asked, options, key, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        if (isKnown)
        {
            account.Reuse();
        }

        return answer;
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
        string? key,
        CancellationToken cancellationToken
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
            ChatResponse response = await retries
                .ExecuteAsync(token => TryAsync(messages, sent, key, token), cancellationToken)
                .ConfigureAwait(false);
            telemetry.End("answered");
            Volatile.Write(ref failuresInRow, 0);
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
            int failed = Interlocked.Increment(ref failuresInRow);
            if (verdict != CallVerdict.Stop && failed >= options.MaxFailuresInRow)
            {
                throw new AuthorCallException(
                    $"The author's model answered none of {failed} requests in a row, the last one so: {failures.Describe(exception)}",
                    isFatal: true,
                    innerException: exception
                );
            }

            // A refused request costs nothing, and the server may be set up otherwise later. An empty answer was paid for three times.
            string times = verdict == CallVerdict.Retry ? $" (tried {options.MaxRetries + 1} times at most)" : "";
            throw new AuthorCallException(
                $"The author's model gave no answer{times}: {failures.Describe(exception)}",
                isFatal: verdict == CallVerdict.Stop,
                isTransient: verdict switch
                {
                    CallVerdict.Retry => exception is not EmptyAnswerException,
                    CallVerdict.GiveUp => exception is not ArgumentException,
                    _ => false,
                },
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
        using IDisposable reserved = await account.ReserveAsync(messages, sent, cancellationToken).ConfigureAwait(false);
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
            if (key is not null)
            {
                answers!.KeepPayment(key, tokens);
            }

            throw new EmptyAnswerException();
        }

        return key is null ? response : answers!.Keep(key, response, tokens);
    }

    // A refusal is an answer: another try would get, and pay for, the same one.
    private static bool IsEmpty(ChatResponse response) =>
        string.IsNullOrWhiteSpace(response.Text)
        && response.FinishReason != ChatFinishReason.ContentFilter
        && response.FinishReason != ChatFinishReason.Length
        && !response.Messages.Any(message => message.Contents.Any(content => content is ErrorContent));

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
}
