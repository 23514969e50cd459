using ReflectionCoder.Configuration;
using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Sandbox;

/// <summary>Options of an <see cref="UnisolatedSandbox"/>.</summary>
public sealed record UnisolatedSandboxOptions : IValidatedOptions
{
    /// <summary>
    /// The largest number of programs that run at once, at least 1. Further calls wait; the time they wait doesn't count for any limit. The
    /// default value is the number of processors.
    /// </summary>
    public int MaxConcurrency { get; set; } = Environment.ProcessorCount;

    /// <summary>
    /// The languages whose programs are run; at least one, no two of the same name. The default value is <see
    /// cref="SandboxLanguages.All"/>.
    /// </summary>
    public IReadOnlyList<SandboxLanguage> Languages { get; set; } = SandboxLanguages.All;

    /// <summary>
    /// Where tools are that PATH doesn't show, as name in the language's command and full path; for example <c>python3</c> and
    /// <c>C:\Python\python.exe</c>. The default value is none.
    /// </summary>
    public IReadOnlyDictionary<string, string> ToolPaths { get; set; } = new Dictionary<string, string>();

    /// <summary>Finds the options that are out of range. The sandbox's constructor calls this first.</summary>
    /// <returns>All mistakes; empty if there are none.</returns>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(MaxConcurrency >= 1, MaxConcurrency, "at least 1")
            .Require(SandboxLanguages.AreDistinct(Languages), Languages, "at least one language, each name once")
            .Require(ToolPaths is not null, ToolPaths, "given")
            .Found;
}
