using System.Globalization;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Checkpointing;

/// <summary>What loading and saving a model add to a process' anonymous memory at their peak, measured in a process of its own.</summary>
/// <param name="Loading">Bytes that loading added.</param>
/// <param name="Saving">Bytes that saving the loaded model added to that.</param>
internal sealed record MeasuredLoad(long Loading, long Saving)
{
    public const string Command = "measure-load";

    /// <summary>Starts this assembly as a program and waits for what it has measured.</summary>
    public static MeasuredLoad Start(string directory, ScalarType? dtype)
    {
        string[] name = dtype is { } type ? [type.ToString()] : [];
        long[] numbers = MeasuringProcess.Run(TimeSpan.FromMinutes(10), Command, [directory, .. name]);
        return new MeasuredLoad(numbers[0], numbers[1]);
    }

    /// <summary>The child's part.</summary>
    public static void Execute(string directory, ScalarType? dtype)
    {
        using Tensor first = zeros([1]); // libtorch is there before anything is measured
        GC.Collect();
        long before = Anonymous();
        using Sampler loading = new();
        using CausalLanguageModel model = ModelFolder.Load(directory, CPU, dtype, loading);
        long loaded = loading.Stop();
        long held = Anonymous();
        using Sampler saving = new();
        ModelFolder.Save(Path.Combine(directory, "again"), model, new ModelSaveOptions { MaxShardSize = 50_000_000 });
        Console.Write(string.Create(CultureInfo.InvariantCulture, $"{loaded - before} {Math.Max(0, saving.Stop() - held)}"));
    }

    /// <summary>Pages that belong to no file: what the kernel can't drop. The page cache of the files is not in it.</summary>
    private static long Anonymous() => MeasuringProcess.Bytes("RssAnon");

    /// <summary>Looks every few milliseconds, and at each piece of weights.</summary>
    private sealed class Sampler : IProgress<ModelLoadProgress>, IDisposable
    {
        private readonly Timer timer;
        private readonly Lock gate = new();
        private long peak;

        public Sampler() => timer = new Timer(_ => Sample(), null, 0, 5);

        public void Report(ModelLoadProgress value) => Sample();

        public long Stop()
        {
            Sample();
            return peak;
        }

        public void Dispose() => timer.Dispose();

        private void Sample()
        {
            lock (gate)
            {
                peak = Math.Max(peak, Anonymous());
            }
        }
    }
}
