using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ReflectionCoder.Evaluation.Judging;

/// <summary>The Python modules that judge a solution, and the short program that runs them.</summary>
/// <remarks>
/// A sandbox can load the modules once for all programs (<see cref="Sandbox.BubblewrapSandboxOptions.PreloadedSources"/>). Their names hold
/// a hash of all of them, so that a program never runs other modules than its own.
/// </remarks>
internal static class JudgeModules
{
    private const string Written = "rc_judge_";

    /// <summary>The files, each after those that it imports.</summary>
    private static readonly string[] Files =
    [
        "pipes",
        "codec",
        "sharing",
        "proxies",
        "peer",
        "waiting",
        "asserts",
        "candidate",
        "tests",
        "separated",
    ];

    private static readonly string Prefix = $"reflectioncoder_judge_{Hash()}_";

    /// <summary>The modules: name and source text, in the order in which they can be loaded.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Sources { get; } =
    [.. Files.Select(file => KeyValuePair.Create(Prefix + file, Read(file).Replace(Written, Prefix, StringComparison.Ordinal)))];

    /// <summary>The name of the module that writes values as data and reads them (codec.py).</summary>
    public static string Codec { get; } = Prefix + "codec";

    /// <summary>The program that runs a solution and its tests in two processes (separated.py).</summary>
    public static string Separated { get; } = Bootstrap(Prefix + "separated");

    /// <summary>
    /// A program that runs the function <c>main</c> of a module. It makes the modules itself if they aren't loaded already.
    /// </summary>
    private static string Bootstrap(string module)
    {
        var program = new StringBuilder("import sys\nif '").Append(module).Append("' not in sys.modules:\n    for name, source in [\n");
        foreach ((string name, string source) in Sources)
        {
            // A string of JSON is one of Python too, as long as no character needs two escapes; the sources are ASCII.
            program.Append("        (\"").Append(name).Append("\", ").Append(JsonSerializer.Serialize(source)).Append("),\n");
        }

        return program
            .Append("    ]:\n        sys.modules[name] = type(sys)(name)\n")
            .Append("        exec(compile(source, name + '.py', 'exec'), sys.modules[name].__dict__)\n")
            .Append("sys.modules['")
            .Append(module)
            .Append("'].main()\n")
            .ToString();
    }

    private static string Hash()
    {
        byte[] sources = Encoding.UTF8.GetBytes(string.Join('\0', Files.Select(Read)));
        return Convert.ToHexStringLower(SHA256.HashData(sources).AsSpan(0, 8));
    }

    private static string Read(string file) => HarnessText.Program(file + ".py");
}
