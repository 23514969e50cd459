using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Attention;
using ReflectionCoder.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Generation;

/// <summary>
/// Answers ("rows") that are written side by side. One pass of the model reads the prompts of new rows, or the next token of every row.
/// Rows are added and removed between passes. Prompts lie end to end without padding, and equal ones are read once.
/// </summary>
/// <remarks>Shapes: N tokens of a pass, R rows, H hidden size, V vocabulary (up to the token limit).</remarks>
internal sealed class TokenBatch(ICausalLanguageModel model, int tokenLimit, bool useCache) : IDisposable
{
    private readonly List<TokenRow> rows = [];
    private KeyValueCache? cache;

    internal int Count => rows.Count;

    /// <summary>Reads the prompts of new rows and chooses their first tokens.</summary>
    internal void Add(IReadOnlyList<TokenRow> newcomers)
    {
        List<TokenRow> different = [];
        var sources = new int[newcomers.Count];
        for (int i = 0; i < sources.Length; i++)
        {
            sources[i] = different.FindIndex(row => row.Sequence.SequenceEqual(newcomers[i].Sequence));
            if (sources[i] < 0)
            {
                sources[i] = different.Count;
                different.Add(newcomers[i]);
            }
        }

        KeyValueCache? added = useCache ? new KeyValueCache(newcomers.Max(row => row.Room), different.Count) : null;
        try
        {
            Advance(different, [.. different.Select(_ => 0)], added, newcomers, sources);
            if (added is not null && different.Count < newcomers.Count)
            {
                added.Select(sources);
            }

            if (added is not null && cache is not null)
            {
                cache.Join(added);
            }
            else
            {
                cache = added;
            }

            added = null;
        }
        finally
        {
            added?.Dispose();
        }

        rows.AddRange(newcomers);
    }

    /// <summary>Chooses the next token of every row.</summary>
    internal void Advance() =>
        Advance(
            rows,
            [.. rows.Select(row => cache is null ? 0 : row.Sequence.Count - 1)],
            cache,
            rows,
            [.. Enumerable.Range(0, rows.Count)]
        );

    /// <summary>Removes the finished rows and returns them.</summary>
    internal IReadOnlyList<TokenRow> RemoveFinished()
    {
        TokenRow[] finished = [.. rows.Where(row => row.Result is not null)];
        if (finished.Length == 0)
        {
            return finished;
        }

        int[] left = [.. Enumerable.Range(0, rows.Count).Where(i => rows[i].Result is null)];
        rows.RemoveAll(row => row.Result is not null);
        if (left.Length > 0)
        {
            cache?.Select(left);
        }
        else
        {
            cache?.Dispose();
            cache = null;
        }

        return finished;
    }

    public void Dispose() => cache?.Dispose();

    /// <summary>
    /// Runs the tokens of rows that aren't in the cache yet. Then row <c>receivers[i]</c> chooses its next token from the last hidden state
    /// of row <c>inputs[sources[i]]</c>; rows with equal prompts share one.
    /// </summary>
    private void Advance(List<TokenRow> inputs, int[] starts, KeyValueCache? past, IReadOnlyList<TokenRow> receivers, int[] sources)
    {
        using DisposeScope scope = NewDisposeScope();
        List<long> ids = [];
        List<long> positions = [];
        var lengths = new int[inputs.Count];
        var lasts = new long[inputs.Count];
        for (int row = 0; row < lengths.Length; row++)
        {
            List<int> sequence = inputs[row].Sequence;
            lengths[row] = sequence.Count - starts[row];
            for (int position = starts[row]; position < sequence.Count; position++)
            {
                ids.Add(sequence[position]);
                positions.Add(position);
            }

            lasts[row] = ids.Count - 1;
        }

        ModelInput input = ModelInput.Create([.. ids], [.. positions], lengths, model.Device) with { Cache = past };
        Tensor hidden_NH = HiddenStates.Compute(model, input);
        Tensor chosen_RH =
            ids.Count == inputs.Count && receivers.Count == inputs.Count
                ? hidden_NH // one token a row
                : hidden_NH.index_select(0, tensor(sources.Select(source => lasts[source]).ToArray(), device: model.Device));
        Choose(model.LogitTransform.Apply(nn.functional.linear(chosen_RH, model.OutputWeight).narrow(1, 0, tokenLimit)), receivers);
    }

    private static void Choose(Tensor logits_RV, IReadOnlyList<TokenRow> receivers)
    {
        if (receivers.All(row => row.Sampler.IsPlainArgmax))
        {
            (Tensor largest_R, Tensor ids_R) = logits_RV.max(1);
            float[] largest = largest_R.to(ScalarType.Float32).cpu().data<float>().ToArray();
            long[] ids = ids_R.cpu().data<long>().ToArray();
            for (int row = 0; row < ids.Length; row++)
            {
                if (!float.IsFinite(largest[row]))
                {
                    throw new NonFiniteException(
                        $"The largest logit behind token {receivers[row].Sequence.Count} of a row is {largest[row]}: the model's weights "
                            + "or its input are broken."
                    );
                }

                receivers[row].Accept((int)ids[row]);
            }

            return;
        }

        float[] logits = logits_RV.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
        int width = logits.Length / receivers.Count;
        for (int row = 0; row < receivers.Count; row++)
        {
            receivers[row].Choose(logits.AsSpan(row * width, width));
        }
    }
}
