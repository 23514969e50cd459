using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ReflectionCoder.Configuration;
using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Randomness;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction;

/// <summary>
/// Writes reflection sequences without an LLM: breaks a known-good solution by mutation, runs it, and corrects it with the reason that the
/// mutation knows. Every execution block is what the program above it printed; the final code has passed its tests.
/// </summary>
/// <remarks>
/// <para>A sequence has one to three attempts: most often a broken one and a good one; in a fifth two mistakes, corrected one after the
/// other; rarely a good one alone (<see cref="MutationAuthorOptions"/> has the shares). With two mistakes, the text names the one that the
/// error comes from: each was run alone, and that one alone gives the same error.</para>
/// <para>What is written depends on the options, the task and the variant, and on what the sandbox's Python prints; not on time, machine or
/// order of calls. Thread-safe.</para>
/// </remarks>
public sealed class MutationAuthor : IReflectionAuthor
{
    private readonly ICodeSandbox sandbox;
    private readonly MutationAuthorOptions options;
    private readonly ILogger logger;

    /// <summary>Creates an author.</summary>
    /// <param name="sandbox">Runs the programs.</param>
    /// <param name="options">Null takes the defaults.</param>
    /// <param name="logger">Hears of tasks for which nothing can be written; null for none.</param>
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
    public async Task<ReflectionDraft> WriteAsync(ProgrammingTask task, int variant, CancellationToken cancellationToken = default) =>
        (await ComposeAsync(task, variant, cancellationToken).ConfigureAwait(false)).ToReflectionDraft();

    /// <summary>Writes one reflection sequence and says how it came about.</summary>
    internal async Task<MutationDraft> ComposeAsync(ProgrammingTask task, int variant, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentOutOfRangeException.ThrowIfNegative(variant);
        StableRandom random = new($"{options.Seed}", task.TaskId, $"{variant}");
        MutationSession session = new(sandbox, options, task, random, cancellationToken);
        MutationDraft draft = await session.ComposeAsync().ConfigureAwait(false);
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

    /// <summary>Writes a plain sample: the task's instruction, answered with its solution and often a sentence about it.</summary>
    /// <param name="task">The task.</param>
    /// <returns>Two messages; the same for every call.</returns>
    public Conversation WriteGeneration(ProgrammingTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        ReflectionWording wording = new(new StableRandom($"{options.Seed}", task.TaskId, "generation"));
        string outline = SolutionOutline.Describe(PythonSource.Parse(task.Solution), task.EntryPoint);
        (string request, string answer) = wording.Generation(task, outline);
        return new Conversation([Text(MessageRole.User, request), Text(MessageRole.Assistant, answer)], SampleType.Generation);
    }

    /// <summary>Length of a conversation with one token a byte of content and one a marker, without bos and eos.</summary>
    internal static int CountTokens(Conversation conversation) =>
        conversation.Messages.Sum(message => 2 + message.Content.Sum(block => 2 + Encoding.UTF8.GetByteCount(block.Content)));

    internal static Message Text(MessageRole role, string text) => new(role, [new Block(BlockType.Text, text)]);
}
