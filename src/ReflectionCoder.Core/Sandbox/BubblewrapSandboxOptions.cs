using ReflectionCoder.Configuration;
using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Sandbox;

/// <summary>Options of a <see cref="BubblewrapSandbox"/>.</summary>
public sealed record BubblewrapSandboxOptions : IValidatedOptions
{
    /// <summary>
    /// The largest number of programs that run at once, at least 1. Further calls wait; the time they wait doesn't count for any limit. The
    /// default value is the number of processors.
    /// </summary>
    public int MaxConcurrency { get; set; } = Environment.ProcessorCount;

    /// <summary>
    /// The user and group id that bubblewrap runs as if the calling process is root; at least 1. If bubblewrap ran as root, a program could
    /// open kernel settings for writing. The default value is 65534 (<c>nobody</c>).
    /// </summary>
    public int UnprivilegedId { get; set; } = 65534;

    /// <summary>
    /// How often a run is started again if the system failed and not the program (no free process, no memory); at least 0. The pauses
    /// between the attempts get longer. The default value is 4.
    /// </summary>
    public int MaxRetries { get; set; } = 4;

    /// <summary>
    /// The languages whose programs are run; at least one, no two of the same name. The default value is <see
    /// cref="SandboxLanguages.All"/>.
    /// </summary>
    public IReadOnlyList<SandboxLanguage> Languages { get; set; } = SandboxLanguages.All;

    /// <summary>
    /// Whether a Python program starts as a copy of an interpreter that already runs, instead of a new one. That saves most of the time of
    /// a short program. Each program still has namespaces of its own. The modules that the interpreter has loaded are those that starting
    /// it loads, some common ones of the standard library, and <see cref="PreloadedModules"/>. The default value is false.
    /// </summary>
    public bool ForkPython { get; set; }

    /// <summary>
    /// Python modules that are loaded before the first program, such as <c>numpy</c>, if <see cref="ForkPython"/> is true. A module that
    /// isn't installed is left out. The default value is none.
    /// </summary>
    public IReadOnlyList<string> PreloadedModules { get; set; } = [];

    /// <summary>
    /// Python modules that are made of source text and loaded before the first program, if <see cref="ForkPython"/> is true: the module's
    /// name and its source. Programs can import them without compiling them. They are loaded in this order, after
    /// <see cref="PreloadedModules"/>; one that raises an exception keeps the sandbox from starting, so load only code that you trust. The
    /// default value is none.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> PreloadedSources { get; set; } = [];

    /// <summary>Finds the options that are out of range. The sandbox's constructor calls this first.</summary>
    /// <returns>All mistakes; empty if there are none.</returns>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(MaxConcurrency >= 1, MaxConcurrency, "at least 1")
            .Require(UnprivilegedId >= 1, UnprivilegedId, "at least 1: never root")
            .Require(MaxRetries >= 0, MaxRetries, "at least 0")
            .Require(SandboxLanguages.AreDistinct(Languages), Languages, "at least one language, each name once")
            .Require(PreloadedModules is not null, PreloadedModules, "given")
            .Require(PreloadedSources is not null, PreloadedSources, "given")
            .Found;
}
