using ReflectionCoder.Sandbox;
using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Tests.Sandbox.Languages;

/// <summary>The languages without isolation, and what only tests of languages need no isolation for.</summary>
public sealed class UnisolatedLanguageTests(UnisolatedLanguageTests.Shared shared, LanguageTests.PreparedPrograms prepared)
    : LanguageTests(prepared),
        IClassFixture<UnisolatedLanguageTests.Shared>,
        IClassFixture<LanguageTests.PreparedPrograms>
{
    internal override ICodeSandbox GetSandbox() => shared.Sandbox;

    /// <summary>One that is interpreted, one that is compiled, one with a runtime; the isolating sandbox tries them all.</summary>
    private protected override bool IsAlwaysTried(string language) => language is "python" or "cpp" or "javascript";

    [Fact]
    public async Task Execute_ToolMissing_SaysHowToInstall()
    {
        SandboxLanguage language = SandboxLanguages.Bash with { Tools = ["bash", "no-such-tool"], Install = "look elsewhere" };
        using var sandbox = new UnisolatedSandbox(new UnisolatedSandboxOptions { Languages = [language] });
        SandboxResult result = await sandbox.ExecuteAsync(new SandboxProgram("echo", "bash"));
        Assert.Equal((SandboxOutcome.ToolchainMissing, -1), (result.Outcome, result.ExitCode));
        Assert.Contains("'no-such-tool'", result.Message);
        Assert.Contains("look elsewhere", result.Message);

        using IPreparedProgram program = await sandbox.PrepareAsync(new SandboxProgram("echo", "bash"));
        Assert.Equal(result.Message, program.Failure?.Message);
        Assert.Same(program.Failure, await program.RunAsync());
    }

    [Fact]
    public async Task Execute_LanguageOfTheHost_Runs()
    {
        var awk = new SandboxLanguage
        {
            Name = "awk",
            SourceFile = "solution.awk",
            Files = new Dictionary<string, string> { ["table.txt"] = "1 2\n3 4\n" },
            Tools = ["awk"],
            Install = "apt-get install mawk",
            Run = _ => ["awk", "-f", "solution.awk", "table.txt", "-"],
        };
        using var sandbox = new UnisolatedSandbox(new UnisolatedSandboxOptions { Languages = [.. SandboxLanguages.All, awk] });
        SandboxResult result = await sandbox.ExecuteAsync(new SandboxProgram("{ s += $2 } END { print s }", "AWK", "5 6\n"));
        Skip(result);
        Assert.Equal((SandboxOutcome.Passed, "12\n"), (result.Outcome, result.StandardOutput));
    }

    [Fact]
    public async Task Execute_CompilerAtItsLimit_IsNamed()
    {
        SandboxLanguage slow = SandboxLanguages.Bash with
        {
            Compile = _ => ["sleep", "60"],
            CompileLimits = SandboxLanguages.Bash.CompileLimits with { WallTime = TimeSpan.FromSeconds(0.5) },
        };
        using var sandbox = new UnisolatedSandbox(new UnisolatedSandboxOptions { Languages = [slow] });
        SandboxResult result = await sandbox.ExecuteAsync(new SandboxProgram("echo", "bash"));
        Assert.Equal((SandboxOutcome.CompileError, 137), (result.Outcome, result.ExitCode));
        Assert.Equal("The compiler ran for longer than 0.5 s.", result.Message);
    }

    public sealed class Shared : IDisposable
    {
        internal UnisolatedSandbox Sandbox { get; } = new();

        public void Dispose() => Sandbox.Dispose();
    }
}
