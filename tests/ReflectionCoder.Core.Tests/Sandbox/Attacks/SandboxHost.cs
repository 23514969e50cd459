using System.Diagnostics;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Sandbox.Attacks;

/// <summary>
/// A process that runs programs until it is killed: some for long, others that end at once, so that a start is always under way.
/// </summary>
internal static class SandboxHost
{
    public const string Command = "sandbox-host";

    /// <summary>What the process prints before it makes its sandbox.</summary>
    public const string Ready = "ready";

    /// <summary>In the command line of a child that has nothing to do with the sandbox, and outlives the host.</summary>
    public const string Bystander = "bystander-of-";

    /// <summary>Starts this assembly as such a process, and waits until it is ready.</summary>
    /// <param name="isolated">Whether its sandbox isolates.</param>
    /// <param name="user">User id of the isolated programs, if root runs the host.</param>
    /// <param name="mark">Stands in the command line of each program.</param>
    public static Process Start(bool isolated, int user, string mark)
    {
        ProcessStartInfo start = new("dotnet", [typeof(SandboxHost).Assembly.Location, Command, $"{isolated}", $"{user}", mark])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // a killed runtime leaves its sockets and pipes behind
        Process process = Process.Start(start)!;
        Assert.Equal(Ready, process.StandardOutput.ReadLine());
        return process;
    }

    /// <summary>The process's part.</summary>
    public static async Task RunAsync(bool isolated, int user, string mark)
    {
        Console.WriteLine(Ready);
        ICodeSandbox sandbox = isolated
            ? new BubblewrapSandbox(new BubblewrapSandboxOptions { MaxConcurrency = 6, UnprivilegedId = user })
            : new UnisolatedSandbox(new UnisolatedSandboxOptions { MaxConcurrency = 6 });
        SandboxLimits limits = new() { WallTime = TimeSpan.FromMinutes(5) };
        string[] bodies =
        [
            "time.sleep(1000)",
            "while True: time.sleep(0.01)",
            "if os.fork() == 0:\n    os.setsid()\n    os.fork()\ntime.sleep(1000)",
            "pass",
            "os.fork() or os.setsid() and time.sleep(1000)",
            "os.abort()",
        ];
        await Task.WhenAll(bodies.Select(KeepRunningAsync).Append(StartBystanderAsync()));

        async Task KeepRunningAsync(string body)
        {
            while (true)
            {
                await sandbox.ExecuteAsync(new SandboxProgram(AttackSource.Marked(mark, body)), limits);
            }
        }

        // It gets what this process doesn't close on exec: were the server's socket among that, the server would outlive this process.
        async Task StartBystanderAsync()
        {
            await sandbox.ExecuteAsync(new SandboxProgram("pass"), limits);
            using Process bystander = Process.Start("python3", ["-c", "import time; time.sleep(60)", Bystander + mark]);
            await bystander.WaitForExitAsync();
        }
    }
}
