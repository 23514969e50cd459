using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Generation;

/// <summary>A fine-tuned model as an <see cref="IChatClient"/>.</summary>
/// <remarks>
/// <para>The prompt has the template of training. Each text content of an assistant message is a block: of code or execution if its
/// additional properties hold <c>"block"</c> with the value <c>code</c> or <c>execution</c>, else of text. The template has no system
/// messages, so their texts and <see cref="ChatOptions.Instructions"/> are put before the text of the first user message.</para>
/// <para>These <see cref="ChatOptions"/> are used: Temperature, TopP, TopK, MaxOutputTokens, Seed, and StopSequences (in addition to the
/// generator's). For those that aren't set, the generator's options apply. Equal requests with a seed have equal answers. Refused are
/// tools, a ResponseFormat other than text, frequency and presence penalties, a ConversationId, and a ModelId other than the client's. All
/// other options have no effect.</para>
/// <para>Thread-safe; answers are written one after another (see <see cref="TextGenerator"/>).</para>
/// </remarks>
public sealed class ReflectionChatClient : IChatClient
{
    private readonly TextGenerator generator;
    private readonly bool ownsGenerator;
    private readonly ChatClientMetadata metadata;

    /// <summary>Creates a client.</summary>
    /// <param name="generator">The generator that writes the answers.</param>
    /// <param name="modelId">The model's name in responses. The default value is null: no name.</param>
    /// <param name="ownsGenerator">Whether <see cref="Dispose"/> disposes the generator. The default value is false: it stays the
    /// caller's.</param>
    public ReflectionChatClient(TextGenerator generator, string? modelId = null, bool ownsGenerator = false)
    {
        ArgumentNullException.ThrowIfNull(generator);
        this.generator = generator;
        this.ownsGenerator = ownsGenerator;
        metadata = new ChatClientMetadata("reflectioncoder", providerUri: null, modelId);
    }

    /// <summary>
    /// The type of the block that is opened for an answer; with null the model writes blocks of its own (see
    /// <see cref="TextRequest.AnswerBlock"/>). The default value is <see cref="BlockType.Text"/>.
    /// </summary>
    public BlockType? AnswerBlock { get; init; } = BlockType.Text;

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Messages or options need something that isn't supported; the message names it.</exception>
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
    /// <remarks>The last update has usage and finish reason. Leaving the enumeration early stops the model.</remarks>
    /// <exception cref="NotSupportedException">Messages or options need something that isn't supported; the message names it.</exception>
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
    /// <remarks>Gives the client itself, its <see cref="ChatClientMetadata"/> and its <see cref="TextGenerator"/>.</remarks>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? metadata
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(generator) ? generator
            : null;
    }

    /// <summary>Disposes the generator if the client owns it.</summary>
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
