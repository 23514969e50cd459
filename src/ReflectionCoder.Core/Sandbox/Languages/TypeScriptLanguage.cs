namespace ReflectionCoder.Sandbox.Languages;

/// <summary>TypeScript, compiled to JavaScript for Node.js.</summary>
/// <remarks>
/// The type declarations of Node.js needn't be installed: <c>NodeGlobals.d.ts</c> gives its modules and globals any type.
/// <c>CompileTypeScript.js</c> calls the compiler, and takes no offence at what has no type because of that; otherwise its rules are the
/// strict ones. The declarations of a browser are left out, which halves the compiler's time.
/// </remarks>
internal static class TypeScriptLanguage
{
    private const string Compiler = "CompileTypeScript.js";
    private const string Globals = "NodeGlobals.d.ts";

    public static SandboxLanguage Create() =>
        new()
        {
            Name = "typescript",
            Aliases = ["ts"],
            SourceFile = "solution.ts",
            Files = new Dictionary<string, string> { [Compiler] = LanguageFiles.Read(Compiler), [Globals] = LanguageFiles.Read(Globals) },
            Tools = ["tsc", "node"],
            Install = "apt-get install nodejs node-typescript",
            Compile = limits => JavaScriptLanguage.RunFile(Compiler, limits),
            Run = limits => JavaScriptLanguage.RunFile("solution.js", limits),
            Environment = JavaScriptLanguage.NodeEnvironment,
            LimitsAddressSpace = false,
            RuntimeThreads = JavaScriptLanguage.NodeThreads,
        };
}
