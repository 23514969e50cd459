using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Modeling.Attention;
using ReflectionCoder.Modeling.Blocks;
using ReflectionCoder.Modeling.Families;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling;

/// <summary>What the layers of one kind share in a forward pass.</summary>
/// <param name="Cos_ND">Rotary cosines, [N, D/2]; null where positions are not rotary, and in layers without them.</param>
/// <param name="Sin_ND">Rotary sines, [N, D/2]; null with the cosines.</param>
/// <param name="RowLengths">Tokens of each packed row; their sum is N.</param>
/// <param name="Cache">Keys and values of earlier tokens of the rows; null outside generation.</param>
/// <param name="Positions">Position ids by rows. It may be null where no layer has a window.</param>
internal sealed record DecoderContext(
    Tensor? Cos_ND,
    Tensor? Sin_ND,
    IReadOnlyList<int> RowLengths,
    KeyValueCache? Cache,
    RowPositions? Positions
)
{
    /// <summary>The adapter that updates the projections; null where there is none.</summary>
    internal LoraAdapter? Adapter { get; init; }

    /// <summary>Seed of the dropout in this pass; null for no dropout.</summary>
    internal long? DropoutSeed { get; init; }

    /// <summary>
    /// Indices of the tokens that the layer gives, ascending; null for all. Attention needs keys and values of all tokens, but what comes
    /// behind it goes token by token.
    /// </summary>
    internal long[]? NeededRows { get; init; }
}

/// <summary>
/// One decoder layer: middle = hidden + attention(norm(hidden)), output = middle + mlp(norm(middle)), with the norms and the MLP of its
/// family. It has no state, so backward can run it again.
/// </summary>
/// <remarks>
/// Shapes: N packed tokens (behind attention only those of <see cref="DecoderContext.NeededRows"/>), H hidden size, I intermediate size, A
/// width of all query heads, Q query heads, K key-value heads, D head width, R rows of equal length T.
/// </remarks>
internal sealed class DecoderLayer(ModelConfig config, IReadOnlyDictionary<string, Tensor> weights, int index)
{
    private readonly string prefix = WeightNames.Layer(index);
    private readonly ModelFamily family = config.Family;

    internal Tensor Forward(Tensor hidden_NH, DecoderContext context)
    {
        using DisposeScope scope = NewDisposeScope();
        LayerNorms norms = family.LayerNorms;
        Tensor attended_NH = Attention(Norm(norms.BeforeAttention, hidden_NH), context);
        Tensor residual_NH = Needed(hidden_NH, context);
        Tensor middle_NH = residual_NH.add(norms.AfterAttention is { } afterAttention ? Norm(afterAttention, attended_NH) : attended_NH);
        Tensor mlp_NH = Mlp(Norm(norms.BeforeMlp, middle_NH), context);
        return middle_NH.add(norms.AfterMlp is { } afterMlp ? Norm(afterMlp, mlp_NH) : mlp_NH).MoveToOuterDisposeScope();
    }

    private Tensor Attention(Tensor x_NH, DecoderContext context)
    {
        using DisposeScope scope = NewDisposeScope();
        long count = x_NH.shape[0];
        Tensor q_NQD = Linear(WeightNames.Attention + "q_proj", x_NH, context).view(count, config.AttentionHeads, config.HeadDimension);
        Tensor k_NKD = Linear(WeightNames.Attention + "k_proj", x_NH, context).view(count, config.KeyValueHeads, config.HeadDimension);
        Tensor v_NKD = Linear(WeightNames.Attention + "v_proj", x_NH, context).view(count, config.KeyValueHeads, config.HeadDimension);
        if (family.HasQueryKeyNorms)
        {
            (q_NQD, k_NKD) = (Norm(WeightNames.QueryNorm, q_NQD), Norm(WeightNames.KeyNorm, k_NKD));
        }

        if (context is { Cos_ND: { } cos_ND, Sin_ND: { } sin_ND })
        {
            (q_NQD, k_NKD) = (RotaryEmbedding.Rotate(q_NQD, cos_ND, sin_ND), RotaryEmbedding.Rotate(k_NKD, cos_ND, sin_ND));
        }

        // torch's attention divides by this root
        if (config.AttentionScale * Math.Sqrt(config.HeadDimension) is { } factor and not 1)
        {
            q_NQD = q_NQD.mul(factor);
        }

        int? window = config.WindowOf(index);
        Tensor out_NQD = context.Cache is { } cache
            ? RowAttention.WithCache(q_NQD, k_NKD, v_NKD, context.RowLengths, cache, index, context.Positions, window)
            : RowAttention.Packed(q_NQD, k_NKD, v_NKD, context.RowLengths, context.Positions, window);
        Tensor out_NA = out_NQD.reshape(count, (long)config.AttentionHeads * config.HeadDimension);
        return Linear(WeightNames.Attention + "o_proj", Needed(out_NA, context), context).MoveToOuterDisposeScope();
    }

    private Tensor Mlp(Tensor x_NH, DecoderContext context)
    {
        using DisposeScope scope = NewDisposeScope();
        Mlp mlp = family.Mlp;
        Tensor inner_NI = mlp.Combine([.. mlp.Inputs.Select(name => Linear(WeightNames.MlpPart + name, x_NH, context))]);
        return Linear(WeightNames.MlpPart + mlp.Output, inner_NI, context).MoveToOuterDisposeScope();
    }

    private static Tensor Needed(Tensor x, DecoderContext context) =>
        context.NeededRows is { } rows ? x.index_select(0, tensor(rows, device: x.device)) : x;

    private Tensor Norm(string name, Tensor x) => family.Norm.Apply(x, weights, prefix + name, config.NormEpsilon);

    private Tensor Linear(string name, Tensor x, DecoderContext context)
    {
        Tensor y = nn.functional.linear(x, weights[$"{prefix}{name}.weight"], weights.GetValueOrDefault($"{prefix}{name}.bias"));
        return context.Adapter is { } adapter ? adapter.Apply(prefix + name, x, y, context.DropoutSeed) : y;
    }
}
