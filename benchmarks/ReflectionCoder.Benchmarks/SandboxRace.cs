using System.Diagnostics;
using System.Globalization;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Benchmarks;

/// <summary>
/// What isolation costs a short program: the same program under plain <c>python3</c>, in the sandbox, and as a fork of an interpreter that
/// already runs, in turns; medians and the median ratios.
/// </summary>
internal static class SandboxRace
{
    private const int WarmUp = 3;

    private const string Source = """
        from typing import List


        def below_distance(numbers: List[float], threshold: float) -> bool:
            for i, first in enumerate(numbers):
                for j, second in enumerate(numbers):
                    if i != j and abs(first - second) < threshold:
                        return True
            return False


        def check(candidate):
            assert candidate([1.0, 2.0, 3.9, 4.0, 5.0, 2.2], 0.3) == True
            assert candidate([1.0, 2.0, 3.9, 4.0, 5.0, 2.2], 0.05) == False
            assert candidate([1.0, 2.0, 5.9, 4.0, 5.0], 0.95) == True


        check(below_distance)
        """;

    /// <summary>Runs the rounds and prints the table.</summary>
    public static async Task<int> RunAsync(int rounds)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("sandbox-race-"); // Python looks for modules beside the program
        string file = Path.Combine(folder.FullName, "solution.py");
        await File.WriteAllTextAsync(file, Source);
        using BubblewrapSandbox isolated = new();
        using BubblewrapSandbox forking = new(new BubblewrapSandboxOptions { ForkPython = true });
        (string Name, Func<Task> Run)[] sides =
        [
            ("plain python3", () => RunPlainAsync(file)),
            ("isolated", () => RunInAsync(isolated)),
            ("fork server", () => RunInAsync(forking)),
        ];
        List<double>[] milliseconds = [.. sides.Select(_ => new List<double>())];
        try
        {
            for (int round = -WarmUp; round < rounds; round++)
            {
                foreach ((int index, (_, Func<Task> run)) in sides.Index())
                {
                    long started = Stopwatch.GetTimestamp();
                    await run();
                    if (round >= 0)
                    {
                        milliseconds[index].Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                    }
                }
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        foreach ((int index, (string name, _)) in sides.Index())
        {
            double ratio = Median(milliseconds[index].Zip(milliseconds[0], (ours, plain) => ours / plain));
            string spread = FormattableString.Invariant($"{milliseconds[index].Min():F1} … {milliseconds[index].Max():F1}");
            Console.WriteLine(
                FormattableString.Invariant($"{name, -14} {Median(milliseconds[index]), 7:F1} ms ({spread}), ratio {ratio:F2}")
            );
        }

        return 0;
    }

    private static async Task RunPlainAsync(string file)
    {
        ProcessStartInfo start = new("/usr/bin/python3")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add(file);
        using Process process = Process.Start(start)!;
        string[] printed = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Check(process.ExitCode == 0, printed[1]);
    }

    private static async Task RunInAsync(BubblewrapSandbox sandbox)
    {
        SandboxResult result = await sandbox.ExecuteAsync(new SandboxProgram(Source));
        Check(result.Outcome == SandboxOutcome.Passed, result.ToString());
    }

    private static void Check(bool passed, string message)
    {
        if (!passed)
        {
            throw new InvalidOperationException($"The program must pass everywhere: {message}.");
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
