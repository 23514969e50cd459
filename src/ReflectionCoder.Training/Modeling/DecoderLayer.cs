using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling;

/// <summary>What every layer of one forward pass shares.</summary>
/// <param name="Cos_ND">Rotary cosines, [N, D/2].</param>
/// <param name="Sin_ND">Rotary sines, [N, D/2].</param>
/// <param name="RowLengths">Tokens of each packed row; their sum is N.</param>
/// <param name="Cache">Earlier keys and values of the rows; null outside generation.</param>
internal sealed record DecoderContext(Tensor Cos_ND, Tensor Sin_ND, IReadOnlyList<int> RowLengths, KeyValueCache? Cache);

/// <summary>One decoder layer: hidden + attention(norm(hidden)), then that + mlp(norm(that)). A function of (hidden, context): it can be run again for backward.</summary>
/// <remarks>
/// Shapes: N packed tokens, H hidden size, I intermediate size, Q query heads, K key-value heads, D head width, R rows of equal length T.
/// </remarks>
internal sealed class DecoderLayer(ModelConfig config, IReadOnlyDictionary<string, Tensor> weights, int index)
{
    private readonly string prefix = WeightNames.Layer(index);

    internal Tensor Forward(Tensor hidden_NH, DecoderContext context)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor attended_NH = Attention(Norm("input_layernorm", hidden_NH), context);
        Tensor middle_NH = hidden_NH.add(attended_NH);
        Tensor mlp_NH = Mlp(Norm("post_attention_layernorm", middle_NH));
        return middle_NH.add(mlp_NH).MoveToOuterDisposeScope();
    }

    private Tensor Attention(Tensor x_NH, DecoderContext context)
    {
        using DisposeScope scope = NewDisposeScope();
        long count = x_NH.shape[0];
        Tensor q_NQD = Linear("self_attn.q_proj", x_NH).view(count, config.AttentionHeads, config.HeadDimension);
        Tensor k_NKD = Linear("self_attn.k_proj", x_NH).view(count, config.KeyValueHeads, config.HeadDimension);
        Tensor v_NKD = Linear("self_attn.v_proj", x_NH).view(count, config.KeyValueHeads, config.HeadDimension);
        q_NQD = RotaryEmbedding.Rotate(q_NQD, context.Cos_ND, context.Sin_ND);
        k_NKD = RotaryEmbedding.Rotate(k_NKD, context.Cos_ND, context.Sin_ND);
        Tensor out_NQD = context.Cache is { } cache
            ? RowAttention.WithCache(q_NQD, k_NKD, v_NKD, context.RowLengths, cache, index)
            : RowAttention.Packed(q_NQD, k_NKD, v_NKD, context.RowLengths);
        return Linear("self_attn.o_proj", out_NQD.reshape(count, (long)config.AttentionHeads * config.HeadDimension)).MoveToOuterDisposeScope();
    }

    private Tensor Mlp(Tensor x_NH)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor inner_NI = SwiGlu.Apply(Linear("mlp.gate_proj", x_NH), Linear("mlp.up_proj", x_NH));
        return Linear("mlp.down_proj", inner_NI).MoveToOuterDisposeScope();
    }

    private Tensor Norm(string name, Tensor x_NH) => RmsNorm.Apply(x_NH, weights[$"{prefix}{name}.weight"], config.RmsNormEpsilon);

    private Tensor Linear(string name, Tensor x) =>
        nn.functional.linear(x, weights[$"{prefix}{name}.weight"], weights.GetValueOrDefault($"{prefix}{name}.bias"));
}
