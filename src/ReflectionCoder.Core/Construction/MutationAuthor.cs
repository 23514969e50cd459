using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ReflectionCoder.Configuration;
using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Construction.Programs;
using ReflectionCoder.Randomness;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction;

/// <summary>
/// Writes reflection sequences without an LLM. It breaks a task's solution by a mutation, runs the broken program, and then explains and
/// corrects the mistake, which the mutation knows. Every execution block is what the program before it really printed. The final code has
/// passed its tests.
/// </summary>
/// <remarks>
/// <para>A sequence has one to five attempts, of which only the last one passes. Most correct one mistake; others correct up to four, one
/// after the other; a few have only the attempt that passes (<see cref="MutationAuthorOptions"/> sets the shares). With several mistakes,
/// the text first explains the one that causes the error. The author knows which one it is, because it also ran each mistake alone.</para>
/// <para>The text names the test that fails, the value that it got, the line that is wrong, and the correction. In Python it also says at
/// which values of its variables the line went wrong: the author ran the failing call once more and watched it.</para>
/// <para>A sequence depends only on the options, the task, the variant and what the sandbox's interpreter or compiler prints; not on time,
/// machine or the order of calls. Thread-safe. The sandbox belongs to the caller, who disposes it.</para>
/// </remarks>
public sealed class MutationAuthor : IReflectionAuthor
{
    private const int MaxWorkshops = 64;

    /// <summary>Goes up when the same options write other sequences, such as with new sentences.</summary>
    private const int Form = 3;

    private readonly ICodeSandbox sandbox;
    private readonly MutationAuthorOptions options;
    private readonly ILogger logger;

    // The variants of a task usually come one after another, and break it in part alike.
    private readonly LinkedList<MutationWorkshop> workshops = [];

    /// <summary>Creates an author.</summary>
    /// <param name="sandbox">Runs the programs.</param>
    /// <param name="options">How sequences are written; copied. Null for the defaults.</param>
    /// <param name="logger">Gets a warning for each sequence that can't be written; null for no log.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    public MutationAuthor(ICodeSandbox sandbox, MutationAuthorOptions? options = null, ILogger<MutationAuthor>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        this.sandbox = sandbox;
        this.options = (options ?? new MutationAuthorOptions()) with { };
        this.options.Validate();
        this.logger = logger ?? NullLogger<MutationAuthor>.Instance;
    }

    /// <inheritdoc/>
    public string Identity => $"mutation author, form {Form}: {options.Identity}";

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="variant"/> is negative.</exception>
    public async Task<ReflectionDraft> WriteAsync(ProgrammingTask task, int variant, CancellationToken cancellationToken = default) =>
        (await ComposeAsync(task, variant, cancellationToken).ConfigureAwait(false)).ToReflectionDraft();

    /// <summary>Writes one reflection sequence, and says which mutations it holds.</summary>
    internal async Task<MutationDraft> ComposeAsync(ProgrammingTask task, int variant, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentOutOfRangeException.ThrowIfNegative(variant);
        StableRandom random = new($"{options.Seed}", task.TaskId, $"{variant}");
        MutationDraft draft = FindWorkshop(task, out MutationRejection reason, out string? detail) is { } workshop
            ? await new MutationSession(workshop, options, random, cancellationToken).ComposeAsync().ConfigureAwait(false)
            : new MutationDraft(null, [], new Dictionary<MutationRejection, int> { [reason] = 1 }) { Detail = detail };
        if (draft.Conversation is null)
        {
            logger.LogWarning(
                "No sequence for task {Task}, variant {Variant}: {Rejections}.",
                task.TaskId,
                variant,
                string.Join(", ", draft.Rejections)
            );
        }

        return draft;
    }

    /// <summary>
    /// Writes a sample of type <see cref="SampleType.Generation"/>: the task's instruction, answered by its solution and often a sentence
    /// about it. Nothing is run.
    /// </summary>
    /// <param name="task">The task.</param>
    /// <returns>
    /// A conversation of two messages, which depends only on the seed and the task. Null if the task has no solution or tests, a solution
    /// that can't be read, or another language.
    /// </returns>
    public Conversation? WriteGeneration(ProgrammingTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        ReflectionWording wording = new(new StableRandom($"{options.Seed}", task.TaskId, "generation"));
        if (FindWorkshop(task, out _, out _) is not { } workshop)
        {
            return null;
        }

        string outline = workshop.Source.Outline(task.EntryPoint);
        (string request, string answer) = wording.Generation(task, outline);
        return new Conversation(
            [ReflectionForm.TextMessage(MessageRole.User, request), ReflectionForm.TextMessage(MessageRole.Assistant, answer)],
            SampleType.Generation
        );
    }

    /// <summary>What the sequences of a task share. Null if there can't be one; then there is a reason.</summary>
    private MutationWorkshop? FindWorkshop(ProgrammingTask task, out MutationRejection reason, out string? detail)
    {
        detail = null;
        string name = TestLanguage.For(task.Language).Name;
        MutationLanguage? language = options.Languages.FirstOrDefault(one => one.Name == name);
        reason =
            string.IsNullOrWhiteSpace(task.Solution) ? MutationRejection.NoSolution
            : task.Asserts.Count == 0 ? MutationRejection.NoTests
            : language is null ? MutationRejection.OtherLanguage
            : MutationRejection.SolutionUnreadable;
        if (reason != MutationRejection.SolutionUnreadable)
        {
            return null;
        }

        lock (workshops)
        {
            if (workshops.FirstOrDefault(one => ReferenceEquals(one.Task, task)) is { } known)
            {
                return known;
            }
        }

        try
        {
            IMutableProgram source = language!.Parse(task.Solution!.TrimEnd('\n') + "\n");
            MutationWorkshop workshop = new(sandbox, options, task, language, source);
            lock (workshops)
            {
                workshops.AddFirst(workshop);
                if (workshops.Count > MaxWorkshops)
                {
                    workshops.RemoveLast();
                }
            }

            return workshop;
        }
        catch (FormatException exception)
        {
            detail = exception.Message;
            return null;
        }
    }
}
