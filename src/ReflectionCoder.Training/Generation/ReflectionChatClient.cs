using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Generation;

/// <summary>A fine-tuned model as a chat client, for everything that talks to one.</summary>
/// <remarks>
/// <para>Messages are rendered in the training template, contents of the assistant's as blocks (<c>"block"</c> among a text content's
/// additional properties says <c>code</c> or <c>execution</c>; else it is text). System messages and <see cref="ChatOptions.Instructions"/>
/// stand in front of the first user message, because the template has none of theirs.</para>
/// <para>Of <see cref="ChatOptions"/>, Temperature, TopP, TopK, MaxOutputTokens, StopSequences (beside the generator's) and Seed count;
/// what isn't set is the generator's. Equal requests with a seed have equal answers. Tools, a ResponseFormat other than text, frequency and
/// presence penalties and a ConversationId are refused; so is a ModelId other than the client's. The rest has no effect.</para>
/// <para>Its members may be called from any thread; answers are written one after another (see <see cref="TextGenerator"/>).</para>
/// </remarks>
public sealed class ReflectionChatClient : IChatClient
{
    private readonly TextGenerator generator;
    private readonly bool ownsGenerator;
    private readonly ChatClientMetadata metadata;

    /// <summary>Creates a client.</summary>
    /// <param name="generator">Writes the answers.</param>
    /// <param name="modelId">What the model is called in responses; null for no name.</param>
    /// <param name="ownsGenerator">Whether the client disposes the generator; else it stays the caller's, the default.</param>
    public ReflectionChatClient(TextGenerator generator, string? modelId = null, bool ownsGenerator = false)
    {
        ArgumentNullException.ThrowIfNull(generator);
        this.generator = generator;
        this.ownsGenerator = ownsGenerator;
        metadata = new ChatClientMetadata("reflectioncoder", providerUri: null, modelId);
    }

    /// <summary>
    /// The block that is opened for an answer (<see cref="TextRequest.AnswerBlock"/>). The default value is text; null lets answers bring
    /// their own blocks.
    /// </summary>
    public BlockType? AnswerBlock { get; init; } = BlockType.Text;

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Messages or options ask for what the model can't give.</exception>
    /// <exception cref="ArgumentException">There is no user message.</exception>
    /// <exception cref="Configuration.InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    /// <exception cref="PromptTooLongException">The messages leave no room for an answer.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        GeneratedText answer = await generator.GenerateAsync(Read(messages, options), cancellationToken).ConfigureAwait(false);
        string id = NewId();
        return new ChatResponse(
            new ChatMessage(ChatRole.Assistant, [.. answer.Blocks.Select(block => ChatRequest.ContentOf(block.Type, block.Content))])
            {
                MessageId = id,
            }
        )
        {
            ResponseId = id,
            ModelId = metadata.DefaultModelId,
            CreatedAt = DateTimeOffset.UtcNow,
            FinishReason = ReasonOf(answer),
            Usage = UsageOf(answer),
            RawRepresentation = answer,
        };
    }

    /// <inheritdoc/>
    /// <remarks>The last update carries usage and finish reason. Leaving the enumeration early stops the model.</remarks>
    /// <exception cref="NotSupportedException">Messages or options ask for what the model can't give.</exception>
    /// <exception cref="ArgumentException">There is no user message.</exception>
    /// <exception cref="Configuration.InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    /// <exception cref="PromptTooLongException">The messages leave no room for an answer.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        string id = NewId();
        DateTimeOffset created = DateTimeOffset.UtcNow;
        await foreach (TextChunk chunk in generator.StreamAsync(Read(messages, options), cancellationToken).ConfigureAwait(false))
        {
            yield return new ChatResponseUpdate(
                ChatRole.Assistant,
                [chunk.Answer is null ? ChatRequest.ContentOf(chunk.BlockType, chunk.Text) : new UsageContent(UsageOf(chunk.Answer))]
            )
            {
                ResponseId = id,
                MessageId = id,
                ModelId = metadata.DefaultModelId,
                CreatedAt = created,
                FinishReason = chunk.Answer is null ? null : ReasonOf(chunk.Answer),
                RawRepresentation = chunk,
            };
        }
    }

    /// <inheritdoc/>
    /// <remarks>Knows itself, <see cref="ChatClientMetadata"/> and its <see cref="TextGenerator"/>.</remarks>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? metadata
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(generator) ? generator
            : null;
    }

    /// <summary>Disposes the generator where the client owns it.</summary>
    public void Dispose()
    {
        if (ownsGenerator)
        {
            generator.Dispose();
        }
    }

    private static string NewId() => Guid.NewGuid().ToString("N");

    private static ChatFinishReason ReasonOf(GeneratedText answer) =>
        answer.FinishReason == FinishReason.Length ? ChatFinishReason.Length : ChatFinishReason.Stop;

    private static UsageDetails UsageOf(GeneratedText answer) =>
        new()
        {
            InputTokenCount = answer.PromptTokens,
            OutputTokenCount = answer.NewTokens,
            TotalTokenCount = answer.PromptTokens + answer.NewTokens,
        };

    private TextRequest Read(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (options?.ModelId is { } asked && asked != metadata.DefaultModelId)
        {
            throw new NotSupportedException($"ChatOptions.ModelId: '{asked}' was asked for; this client has '{metadata.DefaultModelId}'.");
        }

        return ChatRequest.Create(messages, options, AnswerBlock, generator.Options);
    }
}
