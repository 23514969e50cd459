using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ReflectionCoder.Torch;
using static TorchSharp.torch;

namespace ReflectionCoder.Benchmarks.Race;

/// <summary>What one step took and gave.</summary>
internal sealed record StepResult
{
    public required double CrossEntropy { get; init; }

    public required double? Divergence { get; init; }

    public required double GradientNorm { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Processor time, all threads together: steadier than the clock on a busy machine.</summary>
    public required double ProcessorSeconds { get; init; }

    public double Loss => CrossEntropy + (Divergence ?? 0);
}

/// <summary>Prints a run: a line a step, a line for people, and an object for <c>race.sh</c>.</summary>
internal static class RaceReport
{
    public static void Write(RaceSettings settings, IReadOnlyList<RaceStep> plan, IReadOnlyList<StepResult> results, long parameters)
    {
        // before the product rate is measured, which allocates too
        double peak = Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0;
        Device device = TorchDevice.Parse(settings.Device);
        double productRate = StepCost.ProductRate(settings.Threads, device, settings.TorchDtype);
        StepResult[] timed = [.. results.Skip(settings.Warmup)];
        RaceStep[] steps = [.. plan.Skip(settings.Warmup).Take(timed.Length)];
        double seconds = timed.Sum(step => step.Seconds);
        long tokens = steps.Sum(step => step.Tokens);
        double operations = steps.Sum(step =>
            settings.Peer ? StepCost.PeerOperations(settings, step) : StepCost.Operations(settings, step)
        );
        var result = new
        {
            tokens_per_s = tokens / seconds,
            step_median_s = Median(timed.Select(step => step.Seconds)),
            step_min_s = timed.Min(step => step.Seconds),
            step_max_s = timed.Max(step => step.Seconds),
            step_cpu_median_s = Median(timed.Select(step => step.ProcessorSeconds)),
            product_operations = operations,
            product_gflops = productRate / 1e9,
            share_of_floor = operations / productRate / seconds,
            timed_steps = timed.Length,
            timed_tokens = tokens,
            peak_rss_mib = peak,
            parameters,
            threads = settings.Threads,
            torch = __version__,
            loss_first = results[0].Loss,
            loss_last = results[^1].Loss,
        };
        foreach ((int i, StepResult step) in results.Index())
        {
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"step {i} rate {plan[i].Rate:F4} loss {step.Loss:F6} ce {step.CrossEntropy:F6} kl {step.Divergence ?? 0:F6} "
                        + $"grad_norm {step.GradientNorm:F6} tokens {plan[i].Tokens} s {step.Seconds:F4} cpu {step.ProcessorSeconds:F4}"
                )
            );
        }

        string json = JsonSerializer.Serialize(result);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"tokens/s {result.tokens_per_s:F1} | step median {result.step_median_s:F4} s | peak RSS {peak:F0} MiB "
                    + $"| share of floor {result.share_of_floor:F3}"
            )
        );
        Console.WriteLine(json);
        if (settings.Json is { } path)
        {
            File.WriteAllText(path, json);
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
