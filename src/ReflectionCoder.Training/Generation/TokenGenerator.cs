using ReflectionCoder.Configuration;
using ReflectionCoder.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Generation;

/// <summary>Why generation ended.</summary>
public enum FinishReason
{
    /// <summary>A stop token came.</summary>
    Stop,

    /// <summary>The limit of new tokens was reached.</summary>
    Length,
}

/// <summary>Generated token ids.</summary>
/// <param name="Ids">The new ids, the stop token left out.</param>
/// <param name="FinishReason">Why generation ended.</param>
public sealed record GeneratedTokens(IReadOnlyList<int> Ids, FinishReason FinishReason);

/// <summary>Continues token ids with a model, on the calling thread, without gradients.</summary>
/// <remarks>Not thread-safe. torch keeps its grad mode a thread, so nothing here awaits.</remarks>
public sealed class TokenGenerator
{
    private readonly ICausalLanguageModel model;
    private readonly GenerationOptions options;
    private int answers;

    /// <summary>Creates a generator.</summary>
    /// <param name="model">The model; stays the caller's.</param>
    /// <param name="options">How to choose and when to stop; null for the defaults.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    public TokenGenerator(ICausalLanguageModel model, GenerationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        this.model = model;
        this.options = (options ?? new GenerationOptions()) with { };
        this.options.Validate();
    }

    /// <summary>Ids from here on are never written: rows of the embedding that stand for no token. The default value is the model's vocabulary.</summary>
    public int? TokenLimit { get; init; }

    /// <summary>Whether keys and values of earlier tokens are kept; without it every token costs a pass over all. The default value is true.</summary>
    public bool UseCache { get; init; } = true;

    /// <summary>Continues a prompt.</summary>
    /// <param name="promptIds">The prompt, at least one id.</param>
    /// <param name="onToken">Called with each new id, the stop token left out; null for none.</param>
    /// <param name="cancellationToken">Stops between two tokens.</param>
    /// <returns>The new ids.</returns>
    /// <exception cref="ArgumentException">The prompt is empty or holds an id that is not in the vocabulary.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public GeneratedTokens Generate(IReadOnlyList<int> promptIds, Action<int>? onToken = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(promptIds);
        if (promptIds.Count == 0)
        {
            throw new ArgumentException("The prompt is empty.", nameof(promptIds));
        }

        var sampler = new TokenSampler(options, unchecked(options.Seed + answers++));
        var sequence = new List<int>(promptIds);
        using IDisposable noGrad = no_grad();
        using KeyValueCache? cache = UseCache ? new KeyValueCache(promptIds.Count + Math.Min(options.MaxNewTokens, 1024)) : null;
        int seen = 0; // tokens in the cache
        while (sequence.Count - promptIds.Count < options.MaxNewTokens)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int next = Next(sequence, seen, cache, sampler);
            seen = cache is null ? 0 : sequence.Count;
            if (options.StopTokenIds.Contains(next))
            {
                return new GeneratedTokens(sequence[promptIds.Count..], FinishReason.Stop);
            }

            sequence.Add(next);
            onToken?.Invoke(next);
        }

        return new GeneratedTokens(sequence[promptIds.Count..], FinishReason.Length);
    }

    private int Next(List<int> sequence, int seen, KeyValueCache? cache, TokenSampler sampler)
    {
        using DisposeScope scope = NewDisposeScope();
        int count = sequence.Count - seen;
        var ids = new long[count];
        var positions = new long[count];
        for (int i = 0; i < count; i++)
        {
            ids[i] = sequence[seen + i];
            positions[i] = seen + i;
        }

        ModelInput input = ModelInput.Create(ids, positions, [count], model.Device) with { Cache = cache };
        Tensor last_1H = model.Forward(input).narrow(0, count - 1, 1);
        Tensor logits_V = nn.functional.linear(last_1H, model.OutputWeight).squeeze(0);
        return sampler.Next(logits_V.narrow(0, 0, Math.Min(TokenLimit ?? int.MaxValue, model.VocabularySize)));
    }
}
