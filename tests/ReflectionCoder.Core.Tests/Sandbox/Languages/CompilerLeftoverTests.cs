using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Sandbox.Languages;

/// <summary>What a compiler leaves is the program's, also if it can't be run: no failure of the sandbox.</summary>
public sealed class CompilerLeftoverTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    [Theory]
    [InlineData("rust", "#![crate_type=\"lib\"]\npub fn f() {}\n", "Permission denied")]
    [InlineData("go", "package other\n", "Permission denied")]
    [InlineData("c", "char data[100 << 20] = {1};\nint main(void) { return data[1]; }\n", "No space left on device")]
    public async Task Execute_NothingToRun_IsTheProgramsFailure(string language, string source, string reason)
    {
        SandboxResult result = await fixture.RunAsync(new SandboxProgram(source, language));
        LanguageTests.Skip(result);
        Assert.Equal((SandboxOutcome.Failed, 126), (result.Outcome, result.ExitCode));
        Assert.Contains(reason, result.Message);
    }

    [Fact]
    public async Task Execute_MemoryForNothing_IsOutOfMemory()
    {
        SandboxResult result = await fixture.RunAsync(new SandboxProgram("print(1)"), new SandboxLimits { MemoryBytes = 1 });
        Assert.Equal(SandboxOutcome.OutOfMemory, result.Outcome);
    }
}
