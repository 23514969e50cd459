using System.Diagnostics;
using ReflectionCoder.Tests.Checkpointing;
using ReflectionCoder.Tests.FineTuning;
using ReflectionCoder.Tests.Gguf;
using Xunit.Runner.InProc.SystemConsole;

namespace ReflectionCoder.Tests;

/// <summary>The test runner; by its first argument instead a run that kills itself, or a load or an export that is measured.</summary>
internal static class Program
{
    /// <summary>Set to 0 for processes that are killed: a runtime that can't clean up leaves sockets and pipes behind.</summary>
    public const string WithoutDiagnostics = "DOTNET_EnableDiagnostics";

    public static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case [KilledRun.Command, string output, string point, .. string[] kinds]:
                return KilledRun.Train(
                    output,
                    Enum.Parse<KillPoint>(point),
                    lora: kinds.Contains(KilledRun.Lora),
                    own: kinds.Contains(KilledRun.Own),
                    resume: kinds.Contains(KilledRun.Resume)
                );
            case [MeasuredLoad.Command, string directory, .. string[] dtype]:
                MeasuredLoad.Execute(directory, dtype is [string name] ? Enum.Parse<TorchSharp.torch.ScalarType>(name) : null);
                return 0;
            case [MeasuredExport.Command, string directory, string file, string type]:
                MeasuredExport.Execute(directory, file, type);
                return 0;
            case [OwnOptimizerTests.KilledCommand, string output]:
                OwnOptimizerTests.TrainAndDie(output);
                return 0;
            default:
                return await ConsoleRunner.Run(args);
        }
    }

    /// <summary>How to start this assembly for one of its own commands.</summary>
    public static ProcessStartInfo StartInfo(string command, params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new("dotnet", [typeof(Program).Assembly.Location, command, .. arguments]) { UseShellExecute = false };
        start.Environment[WithoutDiagnostics] = "0";
        return start;
    }
}
