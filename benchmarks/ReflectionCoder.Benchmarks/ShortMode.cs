using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Environments;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;

namespace ReflectionCoder.Benchmarks;

/// <summary>
/// <c>--short</c>: every benchmark once, in this process, whatever it was built for. Tells whether they run, not how fast; CI runs it. It
/// leaves no files.
/// </summary>
internal static class ShortMode
{
    public const string Option = "--short";

    /// <summary>The exit code: 1 when a benchmark failed.</summary>
    public static int Run()
    {
        string artifacts = Directory.CreateTempSubdirectory("reflectioncoder-benchmarks-").FullName;
        try
        {
            IConfig config = ManualConfig
                .CreateEmpty()
                .AddJob(Job.Dry.WithToolchain(InProcessNoEmitToolchain.Instance))
                .AddLogger(NullLogger.Instance)
                .WithArtifactsPath(artifacts)
                .WithOptions(ConfigOptions.DisableOptimizationsValidator | ConfigOptions.DisableLogFile);
            BenchmarkReport[] reports = [.. BenchmarkRunner.Run(typeof(ShortMode).Assembly, config).SelectMany(Checked)];
            foreach (BenchmarkReport report in reports)
            {
                string time = report.Success ? $"{report.ResultStatistics!.Mean / 1e6, 10:F1} ms" : "FAILED".PadLeft(13);
                Console.WriteLine(
                    $"{time}  {report.BenchmarkCase.Descriptor.GetFilterName()} {report.BenchmarkCase.Parameters.DisplayInfo}"
                );
            }

            int failed = reports.Count(report => !report.Success);
            Console.WriteLine($"{reports.Length - failed} benchmarks ran, {failed} failed");
            return failed == 0 && reports.Length > 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(artifacts, recursive: true);
        }
    }

    private static IEnumerable<BenchmarkReport> Checked(Summary summary) =>
        summary.HasCriticalValidationErrors
            ? throw new InvalidOperationException(string.Join("; ", summary.ValidationErrors.Select(error => error.Message)))
            : summary.Reports;
}
