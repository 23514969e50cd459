using System.Diagnostics;
using ReflectionCoder.Gguf;

namespace ReflectionCoder.Samples.Export;

/// <summary>Writes the file, or the folder of an import.</summary>
internal static class ExportRun
{
    public static int Execute(ExportSettings settings, StopSignal stop)
    {
        try
        {
            var watch = Stopwatch.StartNew();
            using LoadingLine line = new();
            if (settings.IsImport)
            {
                GgufImporter.Import(settings.Model, settings.Output, dtype: null, line, stop.Token);
                Console.WriteLine($"{settings.Output}: imported in {watch.Elapsed.TotalSeconds:F0} s.");
                return ExitCode.Done;
            }

            GgufExporter.Export(settings.Model, settings.Adapter, settings.Output, settings.Options, line, stop.Token);
            long bytes = new FileInfo(settings.Output).Length;
            Console.WriteLine($"{settings.Output}: {bytes:N0} bytes of {settings.Options.Type}, in {watch.Elapsed.TotalSeconds:F0} s.");
            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("Stopped; nothing was written.");
            return stop.ExitCode;
        }
        catch (Exception e) when (Failures.IsExpected(e))
        {
            return Failures.Report(e);
        }
    }
}
