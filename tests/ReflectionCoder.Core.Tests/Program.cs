using System.Globalization;
using ReflectionCoder.Tests.Construction.Runs;
using ReflectionCoder.Tests.Sandbox.Attacks;
using Xunit.Runner.InProc.SystemConsole;

namespace ReflectionCoder.Tests;

/// <summary>The test runner; by its first argument instead a host of a sandbox or of a pipeline that is killed.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is [SandboxHost.Command, string isolated, string user, string mark])
        {
            await SandboxHost.RunAsync(bool.Parse(isolated), int.Parse(user, CultureInfo.InvariantCulture), mark);
            return 0;
        }

        if (args is [ConstructionHost.Command, string endpoint, string folder, string tasks])
        {
            await ConstructionHost.RunAsync(new Uri(endpoint), folder, int.Parse(tasks, CultureInfo.InvariantCulture));
            return 0;
        }

        return await ConsoleRunner.Run(args);
    }
}
