using ReflectionCoder.Construction.Programs;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tests.Sandbox;

namespace ReflectionCoder.Tests.Construction.Programs;

public sealed class ToolchainProbeTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    [Theory]
    [InlineData("python", @"^CPython 3\.\d+\.\d+")]
    [InlineData("javascript", @"^Node\.js \d+\.\d+\.\d+$")]
    [InlineData("csharp", @"^\.NET \d+\.\d+\.\d+.*, compiler \d+\.\d+\.\d+")]
    [InlineData("php", @"^PHP \d+\.\d+\.\d+")]
    [InlineData("ruby", @"^ruby \d+\.\d+\.\d+")]
    [InlineData("bash", @"^Bash \d+\.\d+")]
    [InlineData("c", @"^C \d+\.\d+\.\d+")]
    [InlineData("cpp", @"^C\+\+ \d+\.\d+\.\d+")]
    [InlineData("java", @"^Java \d+")]
    [InlineData("go", @"^go1\.\d+")]
    public async Task FindVersionAsync_Language_SaysNameAndNumber(string language, string form)
    {
        fixture.SkipIfUnavailable();
        string? version = await ToolchainProbe.FindVersionAsync(fixture.Sandbox, language, TestContext.Current.CancellationToken);
        Assert.SkipWhen(version is null, $"there is no {language}");
        Assert.Matches(form, version);
    }

    [Fact]
    public async Task FindVersionAsync_LanguageWithoutProgram_IsNullIfItRuns()
    {
        ScriptedSandbox sandbox = new(_ => ScriptedSandbox.Passed() with { StandardOutput = "" });
        Assert.Null(await ToolchainProbe.FindVersionAsync(sandbox, "cobol", TestContext.Current.CancellationToken));
        Assert.Equal([""], sandbox.Sources);
    }

    [Fact]
    public async Task FindVersionAsync_NoToolchain_NamesTheLanguage()
    {
        ScriptedSandbox sandbox = new(_ => ScriptedSandbox.Passed() with { Outcome = SandboxOutcome.ToolchainMissing });
        SandboxUnavailableException exception = await Assert.ThrowsAsync<SandboxUnavailableException>(() =>
            ToolchainProbe.FindVersionAsync(sandbox, "cobol", TestContext.Current.CancellationToken)
        );
        Assert.Equal("cobol", exception.Language);
    }
}
