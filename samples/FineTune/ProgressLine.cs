using ReflectionCoder.FineTuning;
using Spectre.Console;

namespace ReflectionCoder.Samples.FineTune;

/// <summary>One line rewritten a step on a terminal; a line every few steps where output goes to a file.</summary>
internal sealed class ProgressLine(long everySteps) : IProgress<TrainingProgress>
{
    private readonly bool live = !Console.IsOutputRedirected && AnsiConsole.Profile.Out.IsTerminal;
    private bool open;

    public void Report(TrainingProgress value)
    {
        string line = Format(value);
        if (!live)
        {
            if (value.Step % everySteps == 0 || value.Step == 1 || value.Step == value.MaxSteps)
            {
                Console.WriteLine(line);
            }

            return;
        }

        int width = Math.Max(20, AnsiConsole.Profile.Width - 1);
        Console.Write("\r" + (line.Length > width ? line[..width] : line.PadRight(width)));
        open = true;
    }

    /// <summary>Writes a line of its own, below the live one.</summary>
    public void WriteLine(string text)
    {
        Close();
        Console.WriteLine(text);
    }

    /// <summary>Ends the live line.</summary>
    public void Close()
    {
        if (open)
        {
            Console.WriteLine();
            open = false;
        }
    }

    private static string Format(TrainingProgress p)
    {
        string distilled = p.Divergence is { } kl ? $" kl {kl:F4} mask {p.MaskRate:F2}" : "";
        string measured = p.Metrics.TryGetValue("eval_nll", out double nll) ? $" | eval nll {nll:F4}" : "";
        string solved = p.Metrics.TryGetValue("eval_pass_at_1", out double share) ? $" | pass@1 {share:F4}" : "";
        return $"step {p.Step}/{p.MaxSteps} epoch {p.Epoch:F2} | loss {p.Loss:F4} ce {p.CrossEntropy:F4}{distilled} | lr "
            + $"{p.LearningRate:E2} norm {p.GradientNorm:F2}"
            + $" | {p.TokensPerSecond:F0} tok/s {p.PeakMemoryBytes / (1024.0 * 1024):F0} MiB | {Time(p.Elapsed)} left "
            + $"{Time(p.Remaining)}{measured}{solved}";
    }

    private static string Time(TimeSpan span) =>
        span.TotalHours >= 1 ? $"{(int)span.TotalHours}:{span.Minutes:D2}:{span.Seconds:D2}" : $"{span.Minutes}:{span.Seconds:D2}";
}
