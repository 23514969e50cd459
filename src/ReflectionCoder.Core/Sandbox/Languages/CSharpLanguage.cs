using System.Globalization;

namespace ReflectionCoder.Sandbox.Languages;

/// <summary>C# in one file, compiled by the .NET SDK's compiler without a project: a project's build would take seconds.</summary>
internal static class CSharpLanguage
{
    // Those of the SDK's ImplicitUsings.
    private const string GlobalUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    public static SandboxLanguage Create() => Create(DotNetFolder.Find());

    internal static SandboxLanguage Create(DotNetFolder dotnet) =>
        new()
        {
            Name = "csharp",
            Aliases = ["c#", "cs"],
            SourceFile = "solution.cs",
            Files = new Dictionary<string, string>
            {
                ["GlobalUsings.cs"] = GlobalUsings,
                ["solution.rsp"] = Arguments(dotnet),
                ["solution.runtimeconfig.json"] = Runtime(dotnet.RuntimeMajor),
            },
            Tools = [dotnet.Program, dotnet.Compiler],
            Install = "install the .NET 10 SDK, and set DOTNET_ROOT if it isn't where the running .NET is",
            Compile = _ => [dotnet.Program, "exec", dotnet.Compiler, "-noconfig", "@solution.rsp"],
            Run = _ => [dotnet.Program, "exec", "solution.dll"],
            Environment = new Dictionary<string, string>
            {
                ["DOTNET_EnableDiagnostics"] = "0", // a thread and a socket for debuggers
                ["DOTNET_EnableWriteXorExecute"] = "0", // it would need shared memory
                ["DOTNET_TieredPGO"] = "0",
                ["DOTNET_gcServer"] = "0",
                ["DOTNET_gcConcurrent"] = "0",
                ["DOTNET_PROCESSOR_COUNT"] = "2", // the number of threads doesn't depend on the machine
                ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1",
                ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
                ["DOTNET_NOLOGO"] = "1",
            },
            LimitsAddressSpace = false,
            RuntimeThreads = 14,
            Folders = dotnet.Root is { } root && !root.StartsWith("/usr/", StringComparison.Ordinal) ? [root] : [],
        };

    private static string Arguments(DotNetFolder dotnet) =>
        string.Join(
            '\n',
            [
                "-nologo",
                "-nostdlib+",
                "-utf8output",
                "-parallel-",
                "-langversion:latest",
                "-nullable:enable",
                "-unsafe+",
                "-optimize-", // optimized code puts exceptions into wrong lines of the stack trace
                "-debug:portable",
                "-define:DEBUG;TRACE",
                "-target:exe",
                "-out:solution.dll",
                .. dotnet.References.Select(file => $"-reference:\"{file}\""),
                "solution.cs",
                "GlobalUsings.cs",
            ]
        );

    private static string Runtime(int major) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            {
              "runtimeOptions": {
                "tfm": "net{{major}}.0",
                "framework": { "name": "Microsoft.NETCore.App", "version": "{{major}}.0.0" }
              }
            }
            """
        );
}
