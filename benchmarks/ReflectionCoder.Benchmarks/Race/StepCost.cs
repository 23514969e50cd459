using System.Diagnostics;
using ReflectionCoder.Tokenization.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Benchmarks.Race;

/// <summary>What a step must at least cost: the floating-point operations of its products, and how fast this machine multiplies.</summary>
internal static class StepCost
{
    /// <summary>Numbers in the model's weights.</summary>
    public static long Parameters(RaceSettings settings) =>
        (settings.Layers * (LayerWeights(settings) + (2L * settings.Hidden)))
        + (2L * settings.Hidden * settings.Vocabulary)
        + settings.Hidden;

    /// <summary>
    /// Operations of the fine-tuner's products in a step: hidden tokens are left out of the student's rows, attention is causal, and only
    /// rows with a loss pass the output projection and, behind attention, the last layer.
    /// </summary>
    public static double Operations(RaceSettings settings, RaceStep step)
    {
        double operations = 0;
        foreach ((int index, TokenizedSample sample) in step.Samples.Index())
        {
            double teacher = sample.Length;
            double student = settings.Distillation ? step.Visible[index].Count(seen => seen) : 0;

            // Projections: 2 operations a weight and token forward, 4 backward. Attention: 2 causal products forward, 5 backward (the
            // scores are computed again), of T² / 2 pairs.
            double projections = 6.0 * LayerWeights(settings) * (teacher + student);
            double attention = 7.0 * settings.Hidden * ((teacher * teacher) + (student * student));
            double unneeded = 6.0 * WeightsBehindAttention(settings) * (teacher + student - LossRows(settings, sample));
            operations += (settings.Layers * (projections + attention)) + Head(settings, sample) - unneeded;
        }

        return operations;
    }

    /// <summary>
    /// Operations of the reference formulation's products: both halves padded to the longest sample, T × T scores, logits of all tokens.
    /// </summary>
    public static double PeerOperations(RaceSettings settings, RaceStep step)
    {
        double length = step.Samples.Max(sample => sample.Length);
        double rows = 2.0 * step.Samples.Length;
        double projections = 6.0 * LayerWeights(settings) * rows * length;
        double attention = 12.0 * settings.Hidden * rows * length * length; // 2 products forward, 4 backward
        double head = 6.0 * rows * length * settings.Hidden * settings.Vocabulary;
        return (settings.Layers * (projections + attention)) + head;
    }

    /// <summary>Operations a second of a product of 2048³ (8192³ on a GPU) in the dtype of the run, the best of six.</summary>
    public static double ProductRate(int threads, Device device, ScalarType dtype)
    {
        int size = device.type == DeviceType.CPU ? 2048 : 8192;
        set_num_threads(threads);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor left = randn([size, size], dtype, device),
            right = randn([size, size], dtype, device),
            product = empty([size, size], dtype, device);
        double best = double.PositiveInfinity;
        for (int i = 0; i < 6; i++)
        {
            long started = Stopwatch.GetTimestamp();
            product.addmm_(left, right, beta: 0);
            _ = product[0, 0].to(ScalarType.Float32).item<float>(); // waits for the device
            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        return 2.0 * size * size * size / best;
    }

    /// <summary>Numbers in the projections of a layer.</summary>
    private static long LayerWeights(RaceSettings settings)
    {
        long headWidth = settings.Hidden / settings.Heads;
        return settings.Hidden * ((2L * settings.Hidden) + (2 * settings.KeyValueHeads * headWidth) + (3L * settings.Intermediate));
    }

    /// <summary>Those of them that come behind attention.</summary>
    private static long WeightsBehindAttention(RaceSettings settings) => settings.Hidden * (settings.Hidden + (3L * settings.Intermediate));

    private static long LossRows(RaceSettings settings, TokenizedSample sample) =>
        Enumerable
            .Range(0, sample.Length)
            .Sum(row => (long)(NeedsTeacher(settings, sample, row) ? 1 : 0) + (NeedsStudent(settings, sample, row) ? 1 : 0));

    private static double Head(RaceSettings settings, TokenizedSample sample)
    {
        double products = 0;
        for (int row = 0; row < sample.Length; row++)
        {
            // A teacher's row without a label gets no gradient, and so takes one product instead of three.
            products +=
                HasLabel(sample.Labels, row) ? 3
                : NeedsTeacher(settings, sample, row) ? 1
                : 0;
            products += NeedsStudent(settings, sample, row) ? 3 : 0;
        }

        return 2.0 * products * settings.Hidden * settings.Vocabulary;
    }

    private static bool NeedsTeacher(RaceSettings settings, TokenizedSample sample, int row) =>
        HasLabel(sample.Labels, row) || (settings.Distillation && IsPaired(sample, row));

    private static bool NeedsStudent(RaceSettings settings, TokenizedSample sample, int row) =>
        settings.Distillation && (HasLabel(sample.DistillationLabels, row) || IsPaired(sample, row));

    /// <summary>Whether a row predicts a label, which is that of the next token.</summary>
    private static bool HasLabel(IReadOnlyList<int> labels, int row) =>
        row + 1 < labels.Count && labels[row + 1] != TokenizedSample.IgnoreIndex;

    /// <summary>Whether the divergence has a pair at a row; its positions are not shifted.</summary>
    private static bool IsPaired(TokenizedSample sample, int row) => sample.DistillationLabels[row] != TokenizedSample.IgnoreIndex;
}
