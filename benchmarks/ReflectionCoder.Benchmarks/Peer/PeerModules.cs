using ReflectionCoder.Modeling;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ReflectionCoder.Benchmarks.Peer;

/// <summary>Cosines and sines of the positions, [1, 1, T, D], and the additive mask of attention, [B, 1, T, T].</summary>
internal sealed record PeerContext(Tensor Cos, Tensor Sin, Tensor Mask);

/// <summary>x / rms(x) · weight, computed in float32 or more.</summary>
internal sealed class PeerNorm : Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly double epsilon;

    public PeerNorm(long width, double epsilon)
        : base(nameof(PeerNorm))
    {
        weight = Parameter(ones(width));
        this.epsilon = epsilon;
        register_parameter("weight", weight);
    }

    public override Tensor forward(Tensor input)
    {
        Tensor wide = input.dtype == ScalarType.Float64 ? input : input.to(ScalarType.Float32);
        Tensor normed = wide * rsqrt(wide.pow(2).mean([-1], keepdim: true) + epsilon);
        return weight * normed.to(input.dtype);
    }
}

/// <summary>Attention with the whole T × T matrix of scores.</summary>
internal sealed class PeerAttention : Module<Tensor, PeerContext, Tensor>
{
    private readonly (long Heads, long KeyValueHeads, long Width) size;
    private readonly Linear query;
    private readonly Linear key;
    private readonly Linear value;
    private readonly Linear output;

    public PeerAttention(ModelConfig config)
        : base(nameof(PeerAttention))
    {
        size = (config.AttentionHeads, config.KeyValueHeads, config.HeadDimension);
        query = Linear(config.HiddenSize, size.Heads * size.Width, config.QueryKeyValueBias);
        key = Linear(config.HiddenSize, size.KeyValueHeads * size.Width, config.QueryKeyValueBias);
        value = Linear(config.HiddenSize, size.KeyValueHeads * size.Width, config.QueryKeyValueBias);
        output = Linear(size.Heads * size.Width, config.HiddenSize, hasBias: false);
        register_module("q_proj", query);
        register_module("k_proj", key);
        register_module("v_proj", value);
        register_module("o_proj", output);
    }

    public override Tensor forward(Tensor input, PeerContext context)
    {
        (long rows, long length) = (input.shape[0], input.shape[1]);
        Tensor q = Rotate(query.forward(input).view(rows, length, size.Heads, size.Width).transpose(1, 2), context);
        Tensor k = Rotate(key.forward(input).view(rows, length, size.KeyValueHeads, size.Width).transpose(1, 2), context);
        Tensor v = value.forward(input).view(rows, length, size.KeyValueHeads, size.Width).transpose(1, 2);
        if (size.Heads != size.KeyValueHeads)
        {
            long groups = size.Heads / size.KeyValueHeads;
            (k, v) = (k.repeat_interleave(groups, dim: 1), v.repeat_interleave(groups, dim: 1));
        }

        Tensor scores = (q.matmul(k.transpose(2, 3)) / Math.Sqrt(size.Width)) + context.Mask;
        Tensor shares = scores.softmax(-1);
        Tensor mixed = shares.matmul(v).transpose(1, 2).reshape(rows, length, size.Heads * size.Width);
        return output.forward(mixed);
    }

    private static Tensor Rotate(Tensor x, PeerContext context)
    {
        Tensor[] halves = x.chunk(2, dim: -1);
        return (x * context.Cos) + (cat([-halves[1], halves[0]], dim: -1) * context.Sin);
    }
}

/// <summary>The MLP: down(silu(gate) · up).</summary>
internal sealed class PeerMlp : Module<Tensor, Tensor>
{
    private readonly Linear gate;
    private readonly Linear up;
    private readonly Linear down;

    public PeerMlp(ModelConfig config)
        : base(nameof(PeerMlp))
    {
        gate = Linear(config.HiddenSize, config.IntermediateSize, hasBias: false);
        up = Linear(config.HiddenSize, config.IntermediateSize, hasBias: false);
        down = Linear(config.IntermediateSize, config.HiddenSize, hasBias: false);
        register_module("gate_proj", gate);
        register_module("up_proj", up);
        register_module("down_proj", down);
    }

    public override Tensor forward(Tensor input) => down.forward(functional.silu(gate.forward(input)) * up.forward(input));
}

/// <summary>One decoder layer.</summary>
internal sealed class PeerLayer : Module<Tensor, PeerContext, Tensor>
{
    private readonly PeerNorm beforeAttention;
    private readonly PeerNorm beforeMlp;
    private readonly PeerAttention attention;
    private readonly PeerMlp mlp;

    public PeerLayer(ModelConfig config)
        : base(nameof(PeerLayer))
    {
        beforeAttention = new PeerNorm(config.HiddenSize, config.NormEpsilon);
        beforeMlp = new PeerNorm(config.HiddenSize, config.NormEpsilon);
        attention = new PeerAttention(config);
        mlp = new PeerMlp(config);
        register_module("input_layernorm", beforeAttention);
        register_module("post_attention_layernorm", beforeMlp);
        register_module("self_attn", attention);
        register_module("mlp", mlp);
    }

    public override Tensor forward(Tensor input, PeerContext context)
    {
        Tensor middle = input + attention.forward(beforeAttention.forward(input), context);
        return middle + mlp.forward(beforeMlp.forward(middle));
    }
}
