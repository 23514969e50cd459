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
    /// rows with a loss pass the output projection.
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
            operations += (settings.Layers * (projections + attention)) + Head(settings, sample);
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

    /// <summary>
    /// A row with a label, or of the student in a pair, takes three products with the output projection; a teacher's row without a label
    /// takes one.
    /// </summary>
    private static double Head(RaceSettings settings, TokenizedSample sample)
    {
        double products = 0;
        for (int row = 0; row < sample.Length; row++)
        {
            bool isLast = row == sample.Length - 1;
            bool paired = settings.Distillation && sample.DistillationLabels[row] != TokenizedSample.IgnoreIndex;
            bool teacherLabel = !isLast && sample.Labels[row + 1] != TokenizedSample.IgnoreIndex;
            bool studentLabel = settings.Distillation && !isLast && sample.DistillationLabels[row + 1] != TokenizedSample.IgnoreIndex;
            products +=
                (
                    teacherLabel ? 3
                    : paired ? 1
                    : 0
                ) + (studentLabel || paired ? 3 : 0);
        }

        return 2.0 * products * settings.Hidden * settings.Vocabulary;
    }
}
