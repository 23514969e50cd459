using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ReflectionCoder.Configuration;
using ReflectionCoder.Construction.Programs;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Construction.Chat;

/// <summary>
/// Writes reflection sequences with an LLM, in the paper's two stages (section 3.1). First the model writes a solution, and tests where the
/// task has none; the program is run, and on failure the model gets the output, finds the cause and corrects it. Then it answers the
/// instruction anew, complete and standalone. A sequence is kept only if that final code passes the tests too.
/// </summary>
/// <remarks>
/// <para>Equal task, variant and answers give equal requests, so that a journal can answer for the model. Each call has a seed of its own,
/// made of <see cref="ChatAuthorOptions.Seed"/>, task, variant and the number of the call.</para>
/// <para>Only user and assistant messages are sent, no system message and no tools. Retries and rate limits are the client's.</para>
/// <para>Thread-safe if client and sandbox are. Both belong to the caller, who disposes them.</para>
/// </remarks>
public sealed class ChatAuthor : IReflectionAuthor
{
    private readonly IChatClient authorClient;
    private readonly ICodeSandbox sandbox;
    private readonly ChatAuthorOptions options;
    private readonly ILogger logger;

    /// <summary>Creates an author.</summary>
    /// <param name="authorClient">The model that writes.</param>
    /// <param name="sandbox">Runs the programs.</param>
    /// <param name="options">How sequences are written; copied. Null for the defaults.</param>
    /// <param name="logger">Gets a warning for each sequence that is not kept; null for no log.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    public ChatAuthor(IChatClient authorClient, ICodeSandbox sandbox, ChatAuthorOptions? options = null, ILogger<ChatAuthor>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(authorClient);
        ArgumentNullException.ThrowIfNull(sandbox);
        this.authorClient = authorClient;
        this.sandbox = sandbox;
        this.options = (options ?? new ChatAuthorOptions()) with { };
        this.options.Validate();
        this.options.Prompts = this.options.Prompts with { };
        this.logger = logger ?? NullLogger<ChatAuthor>.Instance;
        Identity = Describe(authorClient, this.options);
    }

    /// <inheritdoc/>
    public string Identity { get; }

    /// <inheritdoc/>
    /// <remarks>
    /// A call that failed for good gives a draft with the reason <c>CallFailed</c>. Exceptions of a client that doesn't wrap them in
    /// <see cref="Calls.AuthorCallException"/> are not caught.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="variant"/> is negative.</exception>
    /// <exception cref="Calls.AuthorCallException">Every further call would fail alike.</exception>
    public async Task<ReflectionDraft> WriteAsync(ProgrammingTask task, int variant, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentOutOfRangeException.ThrowIfNegative(variant);
        task = task with { Language = TestLanguage.For(task.Language).Name }; // it may be an alias, such as py
        using Activity? activity = ChatTelemetry.Start(task, variant);
        ChatCalls calls = new(authorClient, options, task, variant, cancellationToken);
        ChatSession session = new(calls, new ChatRuns(sandbox, options, cancellationToken), options, task);
        ReflectionDraft draft = await session.WriteAsync().ConfigureAwait(false);
        ChatTelemetry.End(activity, draft.Reason ?? "Accepted", session.Rounds);
        if (draft.Conversation is null)
        {
            logger.LogWarning(
                "No sequence for task {Task}, variant {Variant}: {Reason}. {Detail}",
                task.TaskId,
                variant,
                draft.Reason,
                draft.Detail
            );
        }

        return draft;
    }

    private static string Describe(IChatClient client, ChatAuthorOptions options)
    {
        ChatClientMetadata? metadata = client.GetService(typeof(ChatClientMetadata)) as ChatClientMetadata;

        // A password or a key in the address must not get into the journal.
        string? address = metadata?.ProviderUri?.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.SafeUnescaped);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"chat author, model {options.ModelId ?? metadata?.DefaultModelId} of {metadata?.ProviderName} at {address}, "
                + $"Seed = {options.Seed}, MaxRounds = {options.MaxRounds}, MinAttempts = {options.MinAttempts}, "
                + $"AnswersInSameConversation = {options.AnswersInSameConversation}, Temperature = {options.Temperature}, "
                + $"TopP = {options.TopP}, MaxOutputTokens = {options.MaxOutputTokens}, MaxExecutionBytes = {options.MaxExecutionBytes}, "
                + $"MaxSequenceTokens = {options.MaxSequenceTokens}, Limits = {options.Limits}, Prompts = {options.Prompts}"
        );
    }
}
