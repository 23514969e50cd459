using Microsoft.Extensions.Logging;
using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Construction.Runs;

/// <summary>Gives the draft of a task and a variant: from the journal, or else from the author, at most so many at once.</summary>
internal sealed class DraftSource(
    IReflectionAuthor author,
    ConstructionJournal journal,
    SemaphoreSlim turns,
    ProgressMeter meter,
    ILogger logger,
    CancellationToken authorToken
)
{
    /// <summary>
    /// Gives a draft, and whether the author had to work for it. What the author wrote is in the journal before this returns, unless
    /// another try may end otherwise.
    /// </summary>
    /// <remarks>
    /// If another task ends the run, <paramref name="cancellationToken"/> keeps this one from beginning; once begun, it ends in its own
    /// way, because its calls may be paid for already. Only <c>authorToken</c>, the caller's own, stops the author.
    /// </remarks>
    public async Task<(ReflectionDraft Draft, bool IsNew)> WriteAsync(
        ProgrammingTask task,
        string taskKey,
        int variant,
        CancellationToken cancellationToken
    )
    {
        string key = DraftJson.KeyOf(taskKey, variant);
        if (Find(key) is { } known)
        {
            meter.CountFromJournal();
            return (known, false);
        }

        await turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        meter.Begin();
        try
        {
            ReflectionDraft draft = await ConstructionTelemetry
                .ObserveAsync(task.Language, () => AskAsync(task, variant))
                .ConfigureAwait(false);
            string json = DraftJson.Write(draft);
            if (!draft.IsTransient)
            {
                journal.AddOutcome(key, json);
            }

            // A later run reads the journal's form, so that this one must do so too.
            return (DraftJson.Read(json, key), true);
        }
        finally
        {
            meter.End();
            turns.Release();
        }
    }

    /// <summary>What the journal has; null if it has nothing.</summary>
    public ReflectionDraft? Find(string key) => journal.FindOutcome(key) is { } json ? DraftJson.Read(json, key) : null;

    private async Task<ReflectionDraft> AskAsync(ProgrammingTask task, int variant)
    {
        try
        {
            return await author.WriteAsync(task, variant, authorToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (ConcernsTaskAlone(exception))
        {
            // An author with a mistake that one task in a thousand shows must not end a run over night.
            logger.LogError(exception, "The author failed for task {Task}, variant {Variant}.", task.TaskId, variant);
            return new ReflectionDraft(Conversation: null)
            {
                Reason = exception is SandboxUnavailableException ? RejectReason.LanguageNotRun : RejectReason.AuthorFailed,
                Detail = exception is AuthorCallException or SandboxUnavailableException
                    ? exception.Message
                    : $"{exception.GetType().Name}: {exception.Message}",
                IsTransient = true,
            };
        }
    }

    /// <summary>
    /// Whether other tasks may well succeed: not if the run is stopped, the sandbox or the disk is unusable, or a key is wrong.
    /// </summary>
    private static bool ConcernsTaskAlone(Exception exception) =>
        exception
            is not (
                OperationCanceledException
                or AuthorCallException { IsFatal: true }
                or SandboxUnavailableException { Language: null }
                or IOException
                or UnauthorizedAccessException
                or OutOfMemoryException
            );
}
