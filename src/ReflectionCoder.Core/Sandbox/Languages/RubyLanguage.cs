namespace ReflectionCoder.Sandbox.Languages;

/// <summary>The system's Ruby.</summary>
internal static class RubyLanguage
{
    public static SandboxLanguage Create() =>
        new()
        {
            Name = "ruby",
            Aliases = ["rb"],
            SourceFile = "solution.rb",
            Tools = ["ruby"],
            Install = "apt-get install ruby",
            Run = _ => ["ruby", "-Eutf-8", "solution.rb"],
            RuntimeThreads = 1, // the timer that lets threads take turns
            UsesEpoll = false,
        };
}
