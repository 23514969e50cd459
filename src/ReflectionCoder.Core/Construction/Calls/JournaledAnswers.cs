using System.Collections.Concurrent;
using Microsoft.Extensions.AI;

namespace ReflectionCoder.Construction.Calls;

/// <summary>
/// The answers in a journal. Of equal requests at once only one is sent, whichever client of the journal makes them. Thread-safe.
/// </summary>
internal sealed class JournaledAnswers(ConstructionJournal journal)
{
    private readonly ConcurrentDictionary<string, Task> inFlight = new(StringComparer.Ordinal);

    /// <summary>Gives the answer to a request, and whether the journal had it.</summary>
    /// <param name="key">What tells the request from others.</param>
    /// <param name="send">Sends it, and keeps the answer.</param>
    /// <param name="cancellationToken">Ends the wait for an equal request.</param>
    /// <exception cref="InvalidOperationException">No run has begun with the journal; nothing was sent.</exception>
    public async Task<(ChatResponse Answer, bool IsKnown)> GetAsync(
        string key,
        Func<Task<ChatResponse>> send,
        CancellationToken cancellationToken
    )
    {
        // Before anything is paid for: an answer that has no place to go would be lost.
        journal.RequireClaim();
        while (true)
        {
            if (Find(key) is { } known)
            {
                return (known, true);
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
                return Find(key) is { } late ? (late, true) : (await send().ConfigureAwait(false), false);
            }
            finally
            {
                inFlight.TryRemove(key, out _);
                done.SetResult();
            }
        }
    }

    /// <summary>Takes an answer down, and gives it back as a later run will read it, because the next request may depend on it.</summary>
    /// <exception cref="AuthorCallException">The journal can't be written; fatal.</exception>
    public ChatResponse Keep(string key, ChatResponse response, (long Input, long Output) tokens)
    {
        byte[] json = JournaledCall.Write(response, tokens);
        Write(JournalKind.Call, key, json);
        return JournaledCall.Read(json);
    }

    /// <summary>Takes down what an answer cost that isn't kept, so that limits hold for later runs too.</summary>
    /// <exception cref="AuthorCallException">The journal can't be written; fatal.</exception>
    public void KeepPayment(string key, (long Input, long Output) tokens) =>
        Write(JournalKind.Payment, key, JournaledCall.WriteTokens(tokens));

    private ChatResponse? Find(string key) => journal.Find(JournalKind.Call, key) is { } json ? JournaledCall.Read(json) : null;

    /// <summary>Writes. If that fails, another try would pay for an answer that can't be kept either.</summary>
    private void Write(JournalKind kind, string key, byte[] json)
    {
        try
        {
            _ = journal.Add(kind, key, json);
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
}
