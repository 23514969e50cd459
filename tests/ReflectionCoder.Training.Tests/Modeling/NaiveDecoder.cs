using ReflectionCoder.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling;

/// <summary>
/// The textbook decoder: padded rows, a dense mask, a loop over heads, complex-plane rotation written out. Slow and plain on purpose.
/// </summary>
internal sealed class NaiveDecoder(ModelConfig config, IReadOnlyDictionary<string, Tensor> weights)
{
    private readonly bool isGemma = config.Family.ModelType.StartsWith("gemma", StringComparison.Ordinal);

    /// <summary>Logits of one row, [T, V]; a hidden token is seen by nobody but itself.</summary>
    internal Tensor Logits(long[] ids, bool[] visible, long[] positions)
    {
        Tensor x = weights["model.embed_tokens.weight"].index_select(0, tensor(ids)) * config.EmbeddingScale;
        bool absolute = config.PositionEmbeddingType == PositionEmbeddingType.Absolute;
        if (absolute)
        {
            x = x + weights["model.embed_positions.weight"].index_select(0, tensor(positions));
        }

        for (int layer = 0; layer < config.HiddenLayers; layer++)
        {
            string prefix = $"model.layers.{layer}.";
            bool slides =
                config.SlidingWindow is not null
                && (config.LayerTypes.Count == 0 || config.LayerTypes[layer] == LayerType.SlidingAttention);
            Tensor bias = Bias(visible, positions, slides ? config.SlidingWindow!.Value : long.MaxValue, x.dtype);
            ModelConfig turned =
                slides && config.SlidingRopeTheta is { } theta ? config with { RopeTheta = theta, RopeScaling = null } : config;
            (double[][] cos, double[][] sin) = NaiveRope.Turns(turned, positions);
            bool unturned = absolute || (config.RotaryLayers.Count > 0 && !config.RotaryLayers[layer]);
            (Tensor, Tensor)? rotation = unturned ? null : (Table(cos, x.dtype), Table(sin, x.dtype));
            bool sandwich = weights.ContainsKey(prefix + "pre_feedforward_layernorm.weight");
            Tensor attended = Attention(prefix + "self_attn.", Norm(prefix + "input_layernorm", x), bias, rotation);
            x = x + (sandwich ? Norm(prefix + "post_attention_layernorm", attended) : attended);
            Tensor mlp = Mlp(prefix + "mlp.", Norm(prefix + (sandwich ? "pre_feedforward_layernorm" : "post_attention_layernorm"), x));
            x = x + (sandwich ? Norm(prefix + "post_feedforward_layernorm", mlp) : mlp);
        }

        Tensor head = weights[config.TieWordEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight"];
        Tensor logits = Norm("model.norm", x).mm(head.transpose(0, 1)) * config.LogitScale;
        return config.LogitSoftCap is { } cap ? cap * (logits / cap).tanh() : logits;
    }

    private Tensor Mlp(string prefix, Tensor x)
    {
        if (weights.ContainsKey(prefix + "c_fc.weight"))
        {
            return Linear(prefix + "c_proj", Gelu(Linear(prefix + "c_fc", x)));
        }

        Tensor gate = Linear(prefix + "gate_proj", x);
        Tensor active = isGemma ? Gelu(gate) : gate / (gate.neg().exp() + 1);
        return Linear(prefix + "down_proj", active * Linear(prefix + "up_proj", x));
    }

    /// <summary>The approximation by tanh.</summary>
    private static Tensor Gelu(Tensor x) => x * 0.5 * (((x + (x.pow(3) * 0.044715)) * Math.Sqrt(2 / Math.PI)).tanh() + 1);

    private static Tensor Bias(bool[] visible, long[] positions, long window, ScalarType dtype)
    {
        int n = visible.Length;
        var values = new double[n * n];
        for (int query = 0; query < n; query++)
        {
            for (int key = 0; key < n; key++)
            {
                values[(query * n) + key] =
                    key == query || (key < query && visible[key] && positions[query] - positions[key] < window)
                        ? 0
                        : double.NegativeInfinity;
            }
        }

        return tensor(values, [n, n]).to(dtype);
    }

    private Tensor Attention(string prefix, Tensor x, Tensor bias, (Tensor Cos, Tensor Sin)? rotation)
    {
        int width = config.HeadDimension;
        Tensor q = Linear(prefix + "q_proj", x);
        Tensor k = Linear(prefix + "k_proj", x);
        Tensor v = Linear(prefix + "v_proj", x);
        var heads = new List<Tensor>();
        for (int head = 0; head < config.AttentionHeads; head++)
        {
            int keyHead = head / (config.AttentionHeads / config.KeyValueHeads);
            Tensor qh = q.narrow(1, head * width, width);
            Tensor kh = k.narrow(1, keyHead * width, width);
            if (weights.ContainsKey(prefix + "q_norm.weight"))
            {
                (qh, kh) = (Norm(prefix + "q_norm", qh), Norm(prefix + "k_norm", kh));
            }

            if (rotation is { } turn)
            {
                (qh, kh) = (Rotate(qh, turn.Cos, turn.Sin), Rotate(kh, turn.Cos, turn.Sin));
            }

            Tensor scores = (qh.mm(kh.transpose(0, 1)) * (config.AttentionScale ?? (1 / Math.Sqrt(width)))) + bias;
            heads.Add(scores.softmax(-1).mm(v.narrow(1, keyHead * width, width)));
        }

        return Linear(prefix + "o_proj", cat(heads, 1));
    }

    private static Tensor Table(double[][] rows, ScalarType dtype) =>
        tensor([.. rows.SelectMany(row => row)], [rows.Length, rows[0].Length]).to(dtype);

    /// <summary>x · cos + rotate_half(x) · sin, each table as wide as the head, as transformers writes it.</summary>
    private static Tensor Rotate(Tensor x, Tensor cos, Tensor sin)
    {
        long half = x.shape[1] / 2;
        Tensor turned = cat([x.narrow(1, half, half).neg(), x.narrow(1, 0, half)], 1);
        return (x * cos) + (turned * sin);
    }

    private Tensor Norm(string name, Tensor x)
    {
        bool centred = weights.TryGetValue(name + ".bias", out Tensor? bias);
        x = centred ? x - x.mean([1], keepdim: true) : x;
        Tensor factor = isGemma ? weights[name + ".weight"] + 1 : weights[name + ".weight"];
        Tensor normed = x / ((x * x).mean([1], keepdim: true) + config.NormEpsilon).pow(0.5) * factor;
        return centred ? normed + bias! : normed;
    }

    private Tensor Linear(string name, Tensor x)
    {
        Tensor y = x.mm(weights[name + ".weight"].transpose(0, 1));
        return weights.TryGetValue(name + ".bias", out Tensor? bias) ? y + bias : y;
    }
}
