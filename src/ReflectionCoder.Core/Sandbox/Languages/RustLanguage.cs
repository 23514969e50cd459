namespace ReflectionCoder.Sandbox.Languages;

/// <summary>Rust 2021, without crates.</summary>
internal static class RustLanguage
{
    public static SandboxLanguage Create() =>
        new()
        {
            Name = "rust",
            Aliases = ["rs"],
            SourceFile = "solution.rs",
            Tools = ["rustc", "gcc"],
            Install = "apt-get install rustc gcc",
            // One unit of code gives the same program on every machine. Overflow and failed assertions panic, as without -O. Rust's default
            // linker, cc, is a link into /etc on Debian.
            Compile = _ =>
                [
                    "rustc",
                    "--edition=2021",
                    "-O",
                    "-Coverflow-checks=on",
                    "-Cdebug-assertions=on",
                    "-Ccodegen-units=1",
                    "-Clinker=gcc",
                    "--color=never",
                    "-o",
                    "solution",
                    "solution.rs",
                ],
            Run = _ => ["./solution"],
            UsesEpoll = false,
        };
}
