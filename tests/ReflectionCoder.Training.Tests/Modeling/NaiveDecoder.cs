using ReflectionCoder.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling;

/// <summary>The textbook decoder: padded rows, a dense mask, a loop over heads, complex-plane rotation written out. Slow and plain on purpose.</summary>
internal sealed class NaiveDecoder(ModelConfig config, IReadOnlyDictionary<string, Tensor> weights)
{
    /// <summary>Logits of one row, [T, V]; a hidden token is seen by nobody but itself.</summary>
    internal Tensor Logits(long[] ids, bool[] visible, long[] positions)
    {
        Tensor x = weights["model.embed_tokens.weight"].index_select(0, tensor(ids));
        Tensor bias = Bias(visible, x.dtype);
        for (int layer = 0; layer < config.HiddenLayers; layer++)
        {
            string prefix = $"model.layers.{layer}.";
            x = x + Attention(prefix + "self_attn.", Norm(prefix + "input_layernorm", x), bias, positions);
            Tensor h = Norm(prefix + "post_attention_layernorm", x);
            Tensor gate = Linear(prefix + "mlp.gate_proj", h);
            x = x + Linear(prefix + "mlp.down_proj", gate / (gate.neg().exp() + 1) * Linear(prefix + "mlp.up_proj", h));
        }

        Tensor head = weights[config.TieWordEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight"];
        return Norm("model.norm", x).mm(head.transpose(0, 1));
    }

    private static Tensor Bias(bool[] visible, ScalarType dtype)
    {
        int n = visible.Length;
        var values = new double[n * n];
        for (int query = 0; query < n; query++)
        {
            for (int key = 0; key < n; key++)
            {
                values[(query * n) + key] = key == query || (key < query && visible[key]) ? 0 : double.NegativeInfinity;
            }
        }

        return tensor(values, [n, n]).to(dtype);
    }

    private Tensor Attention(string prefix, Tensor x, Tensor bias, long[] positions)
    {
        int width = config.HeadDimension;
        Tensor q = Linear(prefix + "q_proj", x);
        Tensor k = Linear(prefix + "k_proj", x);
        Tensor v = Linear(prefix + "v_proj", x);
        var heads = new List<Tensor>();
        for (int head = 0; head < config.AttentionHeads; head++)
        {
            int keyHead = head / (config.AttentionHeads / config.KeyValueHeads);
            Tensor qh = Rotate(q.narrow(1, head * width, width), positions);
            Tensor kh = Rotate(k.narrow(1, keyHead * width, width), positions);
            Tensor scores = (qh.mm(kh.transpose(0, 1)) / Math.Sqrt(width)) + bias;
            heads.Add(scores.softmax(-1).mm(v.narrow(1, keyHead * width, width)));
        }

        return Linear(prefix + "o_proj", cat(heads, 1));
    }

    private Tensor Rotate(Tensor x, long[] positions)
    {
        int half = config.HeadDimension / 2;
        var cos = new double[positions.Length * half];
        var sin = new double[positions.Length * half];
        for (int i = 0; i < cos.Length; i++)
        {
            double angle = positions[i / half] / config.RopeScalingFactor * Math.Pow(config.RopeTheta, -2.0 * (i % half) / config.HeadDimension);
            (sin[i], cos[i]) = Math.SinCos(angle);
        }

        Tensor c = tensor(cos, [positions.Length, half]).to(x.dtype);
        Tensor s = tensor(sin, [positions.Length, half]).to(x.dtype);
        Tensor a = x.narrow(1, 0, half);
        Tensor b = x.narrow(1, half, half);
        return cat([(a * c) - (b * s), (b * c) + (a * s)], 1);
    }

    private Tensor Norm(string name, Tensor x) =>
        x / ((x * x).mean([1], keepdim: true) + config.RmsNormEpsilon).pow(0.5) * weights[name + ".weight"];

    private Tensor Linear(string name, Tensor x)
    {
        Tensor y = x.mm(weights[name + ".weight"].transpose(0, 1));
        return weights.TryGetValue(name + ".bias", out Tensor? bias) ? y + bias : y;
    }
}
