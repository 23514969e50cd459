using System.Runtime.ExceptionServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ReflectionCoder.Configuration;
using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Files;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Construction.Runs;

/// <summary>
/// Has an author write reflection sequences for many tasks, and makes a data set of them. Every sequence that is finished is in a journal
/// at once: a run that was stopped or killed goes on from there, and comes to the same files.
/// </summary>
/// <remarks>
/// <para>Files in the output folder: <c>reflection.jsonl</c> (or one for each split), in the order of the input; <c>rejects.jsonl</c>, a
/// line for each task or variant that isn't used, with <c>task_id</c>, <c>variant</c>, <c>reason</c>, <c>detail</c> and the blocks written
/// so far (<c>attempts</c>); and <c>manifest.json</c>, a <see cref="ConstructionSummary"/>. Each appears whole or not at all.</para>
/// <para>Tasks stream through: memory is needed for those in work, and a short note and the texts' hashes of each other one.</para>
/// <para>The author, its clients and the journal belong to the caller. Runs with the same journal must follow one another.</para>
/// </remarks>
public sealed class ConstructionPipeline
{
    private readonly IReflectionAuthor author;
    private readonly ConstructionOptions options;
    private readonly ConstructionJournal journal;
    private readonly ILogger logger;

    /// <summary>Creates a pipeline.</summary>
    /// <param name="author">Writes the sequences.</param>
    /// <param name="journal">Keeps them.</param>
    /// <param name="options">The options; copied. Null for the defaults.</param>
    /// <param name="logger">Gets the beginning and the end of a run, and what authors throw; null for no log.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    public ConstructionPipeline(
        IReflectionAuthor author,
        ConstructionJournal journal,
        ConstructionOptions? options = null,
        ILogger<ConstructionPipeline>? logger = null
    )
    {
        ArgumentNullException.ThrowIfNull(author);
        ArgumentNullException.ThrowIfNull(journal);
        this.author = author;
        this.journal = journal;
        this.options = (options ?? new ConstructionOptions()) with { };
        this.options.Validate();
        this.logger = logger ?? NullLogger<ConstructionPipeline>.Instance;
    }

    /// <summary>Measures time; for tests.</summary>
    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Has sequences written for all tasks, and writes the files.</summary>
    /// <param name="tasks">The tasks; read as they are needed.</param>
    /// <param name="outputDirectory">The folder of the files; made if absent.</param>
    /// <param name="progress">Gets the state, at most ten times a second, from any thread; null for none.</param>
    /// <param name="cancellationToken">
    /// Stops the run. Work on unfinished sequences is given up, and the files are written with what is finished.
    /// </param>
    /// <returns>What was made.</returns>
    /// <exception cref="AuthorCallException">
    /// Every further call of the author's model would fail alike. The files are written with what is finished.
    /// </exception>
    /// <exception cref="DataFormatException">The journal was made by another author or with other options of it; or the input can't be
    /// read, and the files are written with what is finished.</exception>
    /// <exception cref="SandboxUnavailableException">
    /// The sandbox can't run programs. The files are written with what is finished.
    /// </exception>
    /// <exception cref="FileWriteException">A file can't be written.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped; the files are written.</exception>
    public async Task<ConstructionSummary> RunAsync(
        IAsyncEnumerable<ProgrammingTask> tasks,
        string outputDirectory,
        IProgress<ConstructionProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tasks);
        ArgumentException.ThrowIfNullOrEmpty(outputDirectory);
        journal.Claim($"reflection sequences, form 1; {author.Identity}");
        Directory.CreateDirectory(outputDirectory);
        ProgressMeter meter = new(options, progress, Clock);
        using SemaphoreSlim turns = new(options.MaxConcurrency);
        IReflectionAuthor writing = options.Sandbox is null ? author : new RecordingAuthor(author, options.Sandbox, journal, logger);
        DraftSource drafts = new(writing, journal, turns, meter, logger, cancellationToken);
        using GenerationFile? generation = GenerationFile.Open(options, outputDirectory);
        RunState state = new(options, meter, generation);
        Exception? failure = null;
        try
        {
            await WorkAsync(tasks, new TaskWriter(drafts, options), state, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever ended the run, what is finished gets into the files; then it is thrown again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
        }

        meter.Finish();
        if (failure is not null && HoldsCompleteRun(outputDirectory))
        {
            logger.LogWarning("The run has failed; {Folder} keeps the files of a run that was complete.", outputDirectory);
            throw Explain(failure);
        }

        RunCounts counts = new() { IsComplete = failure is null };
        ConstructionSummary summary;
        try
        {
            summary = new ResultWriter(WithToolchains(), drafts, counts, generation, outputDirectory).Write(state.Finished);
        }
        catch (FileWriteException exception) when (failure is not null)
        {
            logger.LogError(exception, "The files couldn't be written after the run had failed; the journal has what is finished.");
            throw Explain(failure);
        }

        logger.LogInformation(
            "Wrote {Kept} sequences of {Tasks} tasks; {Rejected} rejects; {FromJournal} sequences came from the journal.",
            summary.Statistics.Count,
            summary.Tasks,
            summary.Rejects.Values.Sum(),
            meter.FromJournal
        );
        return failure is null ? summary : throw Explain(failure);
    }

    /// <summary>
    /// Whether a folder has the files of a run that was complete. One that asked for more and was stopped must not take them away.
    /// </summary>
    private static bool HoldsCompleteRun(string folder)
    {
        string path = Path.Combine(folder, "manifest.json");
        try
        {
            using JsonDocument? manifest = File.Exists(path) ? JsonDocument.Parse(File.ReadAllBytes(path)) : null;
            return manifest?.RootElement.TryGetProperty("is_complete", out JsonElement complete) == true
                && complete.ValueKind == JsonValueKind.True;
        }
        catch (Exception exception) when (exception is JsonException or IOException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The options, with the versions that the journal knows among the manifest's notes.</summary>
    private ConstructionOptions WithToolchains() =>
        journal.Toolchains is { Count: > 0 } toolchains
            ? options with
            {
                Notes = new Dictionary<string, object>(options.Notes) { ["toolchains"] = toolchains },
            }
            : options;

    /// <summary>Says how to go on.</summary>
    private static Exception Explain(Exception failure)
    {
        if (failure is AuthorCallException { IsFatal: true } fatal)
        {
            return new AuthorCallException(
                $"{fatal.Message} The files hold what was finished before. Once the cause is removed, start the run again with the same "
                    + "options and journal: it goes on where it stopped.",
                isFatal: true,
                innerException: fatal
            );
        }

        ExceptionDispatchInfo.Throw(failure);
        return failure;
    }

    private async Task WorkAsync(
        IAsyncEnumerable<ProgrammingTask> tasks,
        TaskWriter writer,
        RunState state,
        CancellationToken cancellationToken
    )
    {
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = options.MaxConcurrency, CancellationToken = cancellationToken };
        await Parallel
            .ForEachAsync(
                state.AdmitAsync(tasks, cancellationToken),
                parallel,
                async (admitted, token) =>
                {
                    (TaskResult result, bool isNew) = await writer.WriteAsync(admitted.Task, token).ConfigureAwait(false);
                    state.Finish(admitted.Index, result, isNew);
                }
            )
            .ConfigureAwait(false);
    }
}
