using System.Diagnostics;
using System.Globalization;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;

namespace ReflectionCoder.Samples;

/// <summary>A bar on standard error while a large model is loaded: rewritten in place on a terminal, a line a quarter elsewhere.</summary>
internal sealed class LoadingLine : IProgress<ModelLoadProgress>, IDisposable
{
    private const long LargeBytes = 500_000_000;
    private const int BarWidth = 24;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly bool live = !Console.IsErrorRedirected;
    private readonly Stopwatch watch = Stopwatch.StartNew();
    private TimeSpan next = TimeSpan.Zero;
    private int quarters;
    private bool open;

    public void Report(ModelLoadProgress value)
    {
        if (value.TotalBytes < LargeBytes)
        {
            return;
        }

        bool whole = value.BytesRead == value.TotalBytes;
        if (!live)
        {
            int reached = (int)(value.Fraction * 4);
            if (reached > quarters)
            {
                quarters = reached;
                Console.Error.WriteLine("Loading " + Format(value));
            }
        }
        else if (whole || watch.Elapsed >= next)
        {
            next = watch.Elapsed + Interval;
            int filled = (int)(value.Fraction * BarWidth);
            string line = $"Loading [{new string('#', filled)}{new string('.', BarWidth - filled)}] {Format(value)}";
            int width = Width();
            Console.Error.Write("\r" + (line.Length > width ? line[..width] : line.PadRight(width)));
            open = true;
        }
    }

    /// <summary>Says that the weights are in memory otherwise than in the files, where nobody chose so.</summary>
    /// <param name="model">The model.</param>
    /// <param name="chosen">What <c>--dtype</c> says; null where it was left out.</param>
    public void ShowDtype(CausalLanguageModel model, string? chosen)
    {
        if (chosen is null && model.StoredDtype is { } stored && stored != model.Dtype)
        {
            Dispose();
            Console.Error.WriteLine($"The weights are stored as {stored}; on the CPU they run as {model.Dtype}.");
        }
    }

    /// <summary>Ends the live line, whether loading came to its end or not.</summary>
    public void Dispose()
    {
        if (open)
        {
            Console.Error.WriteLine();
            open = false;
        }
    }

    private string Format(ModelLoadProgress p)
    {
        double speed = p.BytesRead / Math.Max(watch.Elapsed.TotalSeconds, 1e-3) / 1e6;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{100 * p.Fraction, 3:F0}% {p.BytesRead / 1e9:F2}/{p.TotalBytes / 1e9:F2} GB {speed:F0} MB/s {p.TensorsRead}/{p.TotalTensors} "
                + $"{p.TensorName}"
        );
    }

    private static int Width()
    {
        const int usual = 79; // for a terminal that doesn't say
        try
        {
            return Console.WindowWidth > 20 ? Console.WindowWidth - 1 : usual;
        }
        catch (IOException)
        {
            return usual;
        }
    }
}
