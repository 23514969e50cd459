using ReflectionCoder.Modeling;
using ReflectionCoder.Tokenization.Samples;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ReflectionCoder.Benchmarks.Peer;

/// <summary>Settings of the peer's optimizer.</summary>
/// <param name="LearningRate">Learning rate, constant.</param>
/// <param name="Clip">Largest norm of the gradient.</param>
/// <param name="WeightDecay">Decay of the weights that <paramref name="Decays"/> names.</param>
/// <param name="Decays">Says whether the weight of a name decays.</param>
internal sealed record PeerSettings(double LearningRate, double Clip, double WeightDecay, Func<string, bool> Decays);

/// <summary>
/// The reference's training step in plain TorchSharp, to race the fine-tuner on the same libtorch: teacher and student halves are padded
/// and concatenated, logits are computed for all tokens, and one dispose scope a step frees everything.
/// </summary>
internal sealed class PeerTrainer : IDisposable
{
    private readonly PeerModel model;
    private readonly PeerSettings settings;
    private readonly optim.Optimizer optimizer;

    /// <summary>Takes over the weights of a model of ours.</summary>
    public PeerTrainer(ModelConfig config, IReadOnlyDictionary<string, Tensor> weights, PeerSettings settings)
    {
        this.settings = settings;
        model = new PeerModel(config);
        model.Copy(weights);
        optimizer = optim.AdamW([Group(settings.WeightDecay, decays: true), Group(0, decays: false)], lr: settings.LearningRate);

        AdamW.ParamGroup Group(double decay, bool decays) =>
            new(
                [.. model.named_parameters().Where(named => settings.Decays(named.name) == decays).Select(named => named.parameter)],
                lr: settings.LearningRate,
                weight_decay: decay
            );
    }

    /// <summary>The weights under their Hugging Face names.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights =>
        model.named_parameters().ToDictionary(named => named.name, Tensor (named) => named.parameter);

    /// <summary>Makes one optimizer step.</summary>
    /// <param name="batch">The samples.</param>
    /// <param name="visible">What the student sees of each.</param>
    /// <returns>Cross entropy, divergence, and the gradient's norm before it is clipped.</returns>
    public (double CrossEntropy, double Divergence, double GradientNorm) Step(TokenizedSample[] batch, bool[][] visible)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = Pad(batch.Select(sample => sample.InputIds.Select(id => (long)id)), 0);
        Tensor labels = Pad(batch.Select(sample => sample.Labels.Select(id => (long)id)), TokenizedSample.IgnoreIndex);
        Tensor distilled = Pad(batch.Select(sample => sample.DistillationLabels.Select(id => (long)id)), TokenizedSample.IgnoreIndex);
        Tensor teacherMask = Pad(batch.Select(sample => sample.InputIds.Select(_ => 1L)), 0);
        Tensor studentMask = Pad(visible.Select(row => row.Select(seen => seen ? 1L : 0L)), 0);

        Tensor logits = model.forward(cat([ids, ids]), cat([teacherMask, studentMask]));
        (Tensor crossEntropy, Tensor divergence) = Losses(logits, labels, distilled);
        optimizer.zero_grad();
        (crossEntropy + divergence).backward();
        double norm = nn.utils.clip_grad_norm_(model.parameters(), settings.Clip);
        optimizer.step();
        return (crossEntropy.item<float>(), divergence.item<float>(), norm);
    }

    public void Dispose()
    {
        optimizer.Dispose();
        model.Dispose();
    }

    /// <summary>The reference's two losses; the first half of the rows is the teacher's.</summary>
    private static (Tensor CrossEntropy, Tensor Divergence) Losses(Tensor logits, Tensor labels, Tensor distilled)
    {
        (long length, long vocabulary) = (logits.shape[1], logits.shape[2]);
        Tensor both = cat([labels, distilled]);
        Tensor crossEntropy = functional.cross_entropy(
            logits.narrow(1, 0, length - 1).reshape(-1, vocabulary),
            both.narrow(1, 1, length - 1).reshape(-1)
        );
        Tensor[] halves = logits.chunk(2);
        TensorIndex where = TensorIndex.Tensor(distilled.ne(TokenizedSample.IgnoreIndex)); // positions are not shifted here
        Tensor teacher = functional.softmax(halves[0][where], -1).detach();
        Tensor student = functional.log_softmax(halves[1][where], -1);
        Tensor divergence = functional.kl_div(student, teacher, log_target: false, reduction: Reduction.Sum) / teacher.shape[0];
        return (crossEntropy, divergence);
    }

    private static Tensor Pad(IEnumerable<IEnumerable<long>> rows, long value)
    {
        long[][] ragged = [.. rows.Select(row => row.ToArray())];
        int length = ragged.Max(row => row.Length);
        return tensor([.. ragged.SelectMany(row => row.Concat(Enumerable.Repeat(value, length - row.Length)))], [ragged.Length, length]);
    }
}
