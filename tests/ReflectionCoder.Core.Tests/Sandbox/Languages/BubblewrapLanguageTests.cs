using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Sandbox.Languages;

/// <summary>The languages in isolation.</summary>
public sealed class BubblewrapLanguageTests(SandboxFixture fixture, LanguageTests.PreparedPrograms prepared)
    : LanguageTests(prepared),
        IClassFixture<SandboxFixture>,
        IClassFixture<LanguageTests.PreparedPrograms>
{
    internal override ICodeSandbox GetSandbox()
    {
        fixture.SkipIfUnavailable();
        return fixture.Sandbox;
    }
}
