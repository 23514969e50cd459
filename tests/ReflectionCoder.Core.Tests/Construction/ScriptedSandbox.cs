using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Construction;

/// <summary>Answers programs by a script and remembers them.</summary>
internal sealed class ScriptedSandbox(Func<string, SandboxResult> script) : ICodeSandbox
{
    public List<string> Sources { get; } = [];

    public List<SandboxLimits?> Limits { get; } = [];

    /// <summary>The languages that it runs; null for any.</summary>
    public IReadOnlyList<string>? Languages { get; init; }

    public static SandboxResult Passed() => new(SandboxOutcome.Passed, 0, "all well\n", "", false, TimeSpan.Zero);

    public static SandboxResult Failed(string headline) =>
        new(
            SandboxOutcome.Failed,
            1,
            "",
            $"Traceback (most recent call last):\n  File \"solution.py\", line 7, in <module>\n    assert total([1, 2]) == 3\n{headline}\n",
            false,
            TimeSpan.Zero
        );

    public Task<SandboxResult> ExecuteAsync(
        SandboxProgram program,
        SandboxLimits? limits = null,
        CancellationToken cancellationToken = default
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Languages?.Contains(program.Language) == false)
        {
            throw new SandboxUnavailableException($"No '{program.Language}' programs.") { Language = program.Language };
        }

        Sources.Add(program.Source);
        Limits.Add(limits);
        return Task.FromResult(script(program.Source));
    }
}
