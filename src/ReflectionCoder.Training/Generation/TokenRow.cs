namespace ReflectionCoder.Generation;

/// <summary>An answer being written.</summary>
internal sealed class TokenRow
{
    private readonly TokenRequest request;
    private readonly GenerationOptions options;
    private readonly HashSet<int> stops;
    private readonly HashSet<int> seen = [];
    private readonly int end;

    /// <summary>Begins an answer.</summary>
    /// <param name="request">The prompt, which has been checked.</param>
    /// <param name="number">Position of the request in its batch, from 0.</param>
    /// <param name="options">How tokens are chosen and when to stop.</param>
    /// <param name="index">Decides, together with the seed, what is drawn.</param>
    /// <param name="maxLength">Largest number of tokens of prompt and answer together; more than the prompt has.</param>
    internal TokenRow(TokenRequest request, int number, GenerationOptions options, long index, int maxLength)
    {
        this.request = request;
        this.options = options;
        Number = number;
        stops = [.. options.StopTokenIds];
        Sampler = new TokenSampler(options, index);
        Sequence = [.. request.PromptIds];
        end = (int)Math.Min((long)PromptLength + options.MaxNewTokens, maxLength);
        Remember(request.PromptIds);
    }

    internal int Number { get; }

    internal TokenSampler Sampler { get; }

    /// <summary>Prompt and answer.</summary>
    internal List<int> Sequence { get; }

    internal int PromptLength => request.PromptIds.Count;

    /// <summary>How many tokens the cache has room for at first; it grows when it is full.</summary>
    internal int Room => Math.Min(end, PromptLength + 256);

    /// <summary>The answer once it is finished; null before.</summary>
    internal GeneratedTokens? Result { get; private set; }

    /// <summary>Chooses the next token; that may finish the answer.</summary>
    internal void Choose(Span<float> logits) => Accept(Sampler.Next(logits, seen));

    /// <summary>Takes the next token; that may finish the answer.</summary>
    internal void Accept(int id)
    {
        if (stops.Contains(id))
        {
            Finish(FinishReason.Stop, id);
            return;
        }

        Sequence.Add(id);
        Remember([id]);
        if (request.OnToken?.Invoke(id) == false)
        {
            Finish(FinishReason.Stop);
        }
        else if (Sequence.Count >= end)
        {
            Finish(FinishReason.Length);
        }
    }

    private void Remember(IReadOnlyList<int> ids)
    {
        if (options.RepetitionPenalty != 1)
        {
            seen.UnionWith(ids);
        }
    }

    private void Finish(FinishReason reason, int? stopToken = null) =>
        Result = new GeneratedTokens(Sequence[PromptLength..], reason) { StopToken = stopToken };
}
