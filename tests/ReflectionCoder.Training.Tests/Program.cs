using ReflectionCoder.Tests.Checkpointing;
using ReflectionCoder.Tests.FineTuning;

namespace ReflectionCoder.Tests;

/// <summary>The test assembly started as a program is a run that kills itself, or a load that is measured; the test runner never comes here.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        if (args.Length is not (2 or 3))
        {
            Console.Error.WriteLine("Use dotnet test.");
            return 2;
        }

        if (args[1].StartsWith(MeasuredLoad.Command, StringComparison.Ordinal))
        {
            MeasuredLoad.Execute(args[0], args[1]);
            return 0;
        }

        KilledRun.Train(args[0], Enum.Parse<KillPoint>(args[1]), lora: args is [_, _, KilledRun.Lora]);
        return 0;
    }
}
