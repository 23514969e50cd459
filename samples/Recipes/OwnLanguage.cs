using ReflectionCoder.Sandbox;
using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Samples.Recipes;

/// <summary>Teaches the sandbox a language that the library doesn't know, and runs a program in it: awk, which every Debian has.</summary>
internal static class OwnLanguage
{
    private static readonly SandboxLanguage Awk = new()
    {
        Name = "awk",
        SourceFile = "solution.awk",
        // Missing tools are an outcome of their own, with the advice that stands here.
        Tools = ["awk"],
        Install = "apt-get install mawk",
        Run = _ => ["awk", "-f", "solution.awk"],
        // A link of the system's leads through this folder.
        Folders = ["/etc/alternatives"],
    };

    public static async Task RunAsync(string[] args)
    {
        using BubblewrapSandbox sandbox = new(new BubblewrapSandboxOptions { Languages = [.. SandboxLanguages.All, Awk] });
        try
        {
            using IPreparedProgram program = await sandbox.PrepareAsync(new SandboxProgram("{ print $1 + $2 }", "awk"));
            foreach (string input in args is [] ? ["3 4", "20 22"] : args)
            {
                SandboxResult result = await program.RunAsync(input + "\n");
                Console.WriteLine($"{result.Outcome}: {result.Message ?? result.StandardOutput.Trim()}");
            }
        }
        catch (SandboxUnavailableException exception)
        {
            Console.WriteLine($"no sandbox: {exception.Message}");
        }
    }
}
