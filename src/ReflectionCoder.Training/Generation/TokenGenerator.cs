using ReflectionCoder.Configuration;
using ReflectionCoder.Modeling;
using ReflectionCoder.Torch;
using static TorchSharp.torch;

namespace ReflectionCoder.Generation;

/// <summary>Continues token ids with a model, many prompts side by side, on the calling thread, without gradients.</summary>
/// <remarks>
/// <para>Rows are packed, never padded; when one is finished, the next prompt takes its place. An answer depends only on its prompt,
/// options and index. The one exception is rounding: a matrix product of several rows may add up in another order than that of one
/// row.</para>
/// <para>Not thread-safe. Nothing here uses await, because torch switches gradients off per thread.</para>
/// </remarks>
internal sealed class TokenGenerator
{
    // Largest number of prompt tokens in one pass (a longer prompt gets a pass of its own). It bounds the memory for activations.
    private const int PromptTokens = 8192;

    private readonly ICausalLanguageModel model;
    private readonly GenerationOptions options;
    private long withoutIndex;

    /// <summary>Creates a generator.</summary>
    /// <param name="model">The model; stays the caller's.</param>
    /// <param name="options">How tokens are chosen and when to stop; null for the default options.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    public TokenGenerator(ICausalLanguageModel model, GenerationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        this.model = model;
        this.options = (options ?? new GenerationOptions()) with { };
        this.options.Validate();
    }

    /// <summary>
    /// Ids from this one on are never chosen; for embedding rows that belong to no token. The default value is null: the model's vocabulary
    /// size.
    /// </summary>
    public int? TokenLimit { get; init; }

    /// <summary>
    /// Whether keys and values of earlier tokens are kept. Without that, all tokens are computed again for each new one. The default value
    /// is true.
    /// </summary>
    public bool UseCache { get; init; } = true;

    /// <summary>Continues a prompt.</summary>
    /// <param name="promptIds">The prompt, at least one id.</param>
    /// <param name="onToken">Called with each new id, the stop token left out; null for none.</param>
    /// <param name="cancellationToken">Stops before the next token.</param>
    /// <returns>The new ids.</returns>
    /// <exception cref="ArgumentException">The prompt is empty or holds an id that is not in the vocabulary.</exception>
    /// <exception cref="PromptTooLongException">The prompt leaves no room for an answer.</exception>
    /// <exception cref="NonFiniteException">The model's logits leave no token to choose.</exception>
    /// <exception cref="OperationCanceledException">Generation was cancelled.</exception>
    public GeneratedTokens Generate(
        IReadOnlyList<int> promptIds,
        Action<int>? onToken = null,
        CancellationToken cancellationToken = default
    )
    {
        Func<int, bool>? listener = onToken is null
            ? null
            : id =>
            {
                onToken(id);
                return true;
            };
        return GenerateBatch([new TokenRequest(promptIds) { OnToken = listener }], onFinished: null, cancellationToken)[0];
    }

    /// <summary>
    /// Continues prompts, <see cref="GenerationOptions.BatchSize"/> at a time. Equal prompts that begin together are read once.
    /// </summary>
    /// <param name="requests">The prompts; all are checked before the first is read.</param>
    /// <param name="onFinished">Called with the number and the new ids of each answer when it is finished, the short ones first; null for
    /// none.</param>
    /// <param name="cancellationToken">Stops before the next token.</param>
    /// <returns>The new ids, in the order of the requests.</returns>
    /// <exception cref="ArgumentException">A prompt is empty or holds an id that is not in the vocabulary.</exception>
    /// <exception cref="InvalidOptionsException">A request's options are out of range.</exception>
    /// <exception cref="PromptTooLongException">A prompt leaves no room for an answer.</exception>
    /// <exception cref="NonFiniteException">The model's logits leave no token to choose.</exception>
    /// <exception cref="OperationCanceledException">Generation was cancelled.</exception>
    public IReadOnlyList<GeneratedTokens> GenerateBatch(
        IReadOnlyList<TokenRequest> requests,
        Action<int, GeneratedTokens>? onFinished = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(requests);
        var waiting = new Queue<TokenRow>(requests.Select((request, number) => Begin(request, number)).ToArray());
        var results = new GeneratedTokens[requests.Count];
        using IDisposable noGrad = no_grad();
        int limit = Math.Min(TokenLimit ?? int.MaxValue, model.VocabularySize);
        using var batch = new TokenBatch(model, limit, UseCache && model.SupportsCache);
        while (waiting.Count > 0 || batch.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (batch.Count < options.BatchSize && waiting.Count > 0)
            {
                batch.Add(Next(waiting, options.BatchSize - batch.Count));
            }
            else
            {
                batch.Advance();
            }

            foreach (TokenRow row in batch.RemoveFinished())
            {
                results[row.Number] = row.Result!;
                onFinished?.Invoke(row.Number, row.Result!);
            }
        }

        return results;
    }

    /// <summary>Largest number of tokens of prompt and answer together; a prompt must have fewer.</summary>
    internal int MaxLength(GenerationOptions chosen) =>
        Math.Min(chosen.MaxLength ?? model.ContextLength ?? int.MaxValue, model.PositionLimit ?? int.MaxValue);

    private static List<TokenRow> Next(Queue<TokenRow> waiting, int most)
    {
        List<TokenRow> next = [waiting.Dequeue()];
        int tokens = next[0].PromptLength;
        while (next.Count < most && waiting.TryPeek(out TokenRow? row))
        {
            tokens += row.Sequence.SequenceEqual(next[^1].Sequence) ? 0 : row.PromptLength;
            if (tokens > PromptTokens)
            {
                break;
            }

            next.Add(waiting.Dequeue());
        }

        return next;
    }

    private TokenRow Begin(TokenRequest request, int number)
    {
        ArgumentNullException.ThrowIfNull(request, nameof(request));
        IReadOnlyList<int> prompt = request.PromptIds;
        ArgumentNullException.ThrowIfNull(prompt, nameof(request));
        if (prompt.Count == 0)
        {
            throw new ArgumentException($"Prompt {number} is empty.", nameof(request));
        }

        foreach (int id in prompt)
        {
            if (id < 0 || id >= model.VocabularySize)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(request),
                    id,
                    $"Token ids must be from 0 to {model.VocabularySize - 1}, the model's vocabulary; prompt {number} has another."
                );
            }
        }

        GenerationOptions chosen = request.Options ?? options;
        chosen.Validate();
        int maxLength = MaxLength(chosen);
        return prompt.Count < maxLength
            ? new TokenRow(request, number, chosen with { }, request.Index ?? withoutIndex++, maxLength)
            : throw new PromptTooLongException(
                $"Prompt {number} has {prompt.Count} tokens; at most {maxLength} of prompt and answer fit together (MaxLength, else the "
                    + "model's positions)."
            );
    }
}
