using System.Diagnostics;
using ReflectionCoder.FineTuning;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Benchmarks.Race;

/// <summary>What a step must at least cost: the floating-point operations of its products, and how fast this machine multiplies.</summary>
internal static class StepCost
{
    /// <summary>Operations of a step's matrix products; the samples of a step are taken to be of one length.</summary>
    public static double Operations(RaceSettings settings, TrainingProgress step)
    {
        double headWidth = settings.Hidden / settings.Heads;
        double layer =
            settings.Hidden * ((2.0 * settings.Hidden) + (2 * settings.KeyValueHeads * headWidth) + (3.0 * settings.Intermediate));
        double teacher = step.SampleTokens / (double)settings.Batch;
        double student = settings.Distillation ? teacher - (step.HiddenTokens / (double)settings.Batch) : 0;

        // Projections: 2 operations a weight and token forward, 4 backward. Attention: 2 causal products forward, 5 backward, of T² / 2
        // pairs.
        double projections = 6 * layer * settings.Batch * (teacher + student);
        double attention = 7.0 * settings.Hidden * settings.Batch * ((teacher * teacher) + (student * student));
        double head = 6.0 * step.Labels * settings.Hidden * settings.Vocabulary;
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
}
