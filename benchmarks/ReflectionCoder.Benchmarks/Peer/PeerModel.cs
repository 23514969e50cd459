using ReflectionCoder.Modeling;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ReflectionCoder.Benchmarks.Peer;

/// <summary>All of the model but the output projection.</summary>
internal sealed class PeerBody : Module<Tensor, PeerContext, Tensor>
{
    private readonly ModuleList<PeerLayer> layers;
    private readonly PeerNorm norm;

    public PeerBody(ModelConfig config)
        : base(nameof(PeerBody))
    {
        Embedding = Embedding(config.VocabularySize, config.HiddenSize);
        layers = new ModuleList<PeerLayer>([.. Enumerable.Range(0, config.HiddenLayers).Select(_ => new PeerLayer(config))]);
        norm = new PeerNorm(config.HiddenSize, config.NormEpsilon);
        register_module("embed_tokens", Embedding);
        register_module("layers", layers);
        register_module("norm", norm);
    }

    public Embedding Embedding { get; }

    public override Tensor forward(Tensor input, PeerContext context)
    {
        Tensor hidden = Embedding.forward(input);
        foreach (PeerLayer layer in layers)
        {
            hidden = layer.forward(hidden, context);
        }

        return norm.forward(hidden);
    }
}

/// <summary>
/// Llama and Qwen2 as one would write them in plain TorchSharp: modules, padded rows, dense masks, logits of every token. The parameters
/// have their Hugging Face names.
/// </summary>
internal sealed class PeerModel : Module<Tensor, Tensor, Tensor>
{
    private readonly ModelConfig config;
    private readonly PeerBody body;
    private readonly Linear? head;

    public PeerModel(ModelConfig config)
        : base(nameof(PeerModel))
    {
        this.config = config;
        body = new PeerBody(config);
        register_module("model", body);
        if (!config.TieWordEmbeddings)
        {
            head = Linear(config.HiddenSize, config.VocabularySize, hasBias: false);
            register_module("lm_head", head);
        }
    }

    /// <summary>Takes over another model's weights.</summary>
    public void Copy(IReadOnlyDictionary<string, Tensor> weights)
    {
        using IDisposable noGradient = no_grad();
        foreach ((string name, Parameter weight) in named_parameters())
        {
            weight.copy_(weights[name]);
        }
    }

    /// <summary>Computes logits, [B, T, V].</summary>
    /// <param name="input">Token ids, [B, T].</param>
    /// <param name="attentionMask">1 for the tokens that others may see, [B, T].</param>
    public override Tensor forward(Tensor input, Tensor attentionMask)
    {
        long length = input.shape[1];
        Tensor keep = ones([length, length], dtype: ScalarType.Bool).tril() & attentionMask.ne(0).unsqueeze(1).unsqueeze(1);
        Tensor mask = zeros([input.shape[0], 1, length, length]).masked_fill_(~keep, float.MinValue);
        (Tensor cos, Tensor sin) = Rotary(length);
        Tensor hidden = body.forward(input, new PeerContext(cos, sin, mask));
        return head is null ? functional.linear(hidden, body.Embedding.weight!) : head.forward(hidden);
    }

    private (Tensor Cos, Tensor Sin) Rotary(long length)
    {
        long width = config.HeadDimension;
        Tensor rates = 1 / tensor(config.RopeTheta).pow(arange(0, width, 2).to(ScalarType.Float64) / width);
        Tensor positions = arange(length).to(ScalarType.Float32);
        Tensor angles = positions.unsqueeze(-1) * rates.to(ScalarType.Float32);
        angles = cat([angles, angles], dim: -1).unsqueeze(0).unsqueeze(0);
        return (angles.cos(), angles.sin());
    }
}
