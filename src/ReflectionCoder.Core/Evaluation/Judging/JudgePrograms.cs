namespace ReflectionCoder.Evaluation.Judging;

/// <summary>The Python programs that judge solutions.</summary>
public static class JudgePrograms
{
    /// <summary>
    /// Their sources, for <see cref="Sandbox.BubblewrapSandboxOptions.PreloadedSources"/>. A sandbox that has loaded them needn't compile
    /// them for each solution, which takes longer than most tests do.
    /// </summary>
    public static IReadOnlyList<KeyValuePair<string, string>> PreloadedSources { get; } = [.. JudgeModules.Sources, FunctionJudge.Module];
}
