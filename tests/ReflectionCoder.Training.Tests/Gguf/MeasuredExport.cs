using System.Diagnostics;
using System.Globalization;
using ReflectionCoder.Gguf;
using ReflectionCoder.Tests.Checkpointing;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Gguf;

/// <summary>The memory that an export takes at its peak, measured in a process of its own.</summary>
/// <param name="Before">Most resident bytes of the process before the export, with libtorch loaded.</param>
/// <param name="Peak">Most resident bytes of the process when it ends (VmHWM): code and files that are mapped are counted, too.</param>
/// <param name="Time">How long the export took.</param>
internal sealed record MeasuredExport(long Before, long Peak, TimeSpan Time)
{
    public const string Command = "measure-export";
    private const string Field = "VmHWM";

    /// <summary>Starts this assembly as a program and waits for what it has measured.</summary>
    public static MeasuredExport Start(string directory, string file, string type)
    {
        long[] numbers = MeasuringProcess.Run(TimeSpan.FromMinutes(20), Command, directory, file, type);
        return new MeasuredExport(numbers[0], numbers[1], TimeSpan.FromMilliseconds(numbers[2]));
    }

    /// <summary>The child's part.</summary>
    public static void Execute(string directory, string file, string type)
    {
        using Tensor first = zeros([1]); // libtorch is there before anything is measured
        long before = MeasuringProcess.Bytes(Field);
        var watch = Stopwatch.StartNew();
        GgufExporter.Export(directory, adapter: null, file, new() { Type = type });
        Console.Write(string.Create(CultureInfo.InvariantCulture, $"{before} {MeasuringProcess.Bytes(Field)} {watch.ElapsedMilliseconds}"));
    }
}
