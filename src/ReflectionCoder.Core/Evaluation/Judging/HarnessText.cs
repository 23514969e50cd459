using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ReflectionCoder.Evaluation.Judging;

/// <summary>The Python sources that judge, and the form of what they read.</summary>
internal static class HarnessText
{
    /// <summary>Reads sources and puts them one behind the other, so that they make one program.</summary>
    public static string Program(params ReadOnlySpan<string> names)
    {
        var program = new StringBuilder();
        foreach (string name in names)
        {
            string resource = $"ReflectionCoder.Evaluation.Judging.Harness.{name}";
            using Stream stream =
                Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
                ?? throw new InvalidOperationException($"The assembly lacks its resource {resource}.");
            using var reader = new StreamReader(stream);
            program.Append(reader.ReadToEnd()).Append('\n');
        }

        return program.ToString();
    }

    /// <summary>
    /// A program that calls <c>main</c> of a module. It imports the module if the sandbox has loaded it
    /// (<see cref="JudgePrograms.PreloadedSources"/>), which saves compiling it, and else brings its source.
    /// </summary>
    /// <param name="module">The module's name and source.</param>
    public static string Run(KeyValuePair<string, string> module) =>
        $"""
            try:
                from {module.Key} import main
            except ImportError:
                exec(compile({JsonValue.Create(module.Value).ToJsonString()}, "<{module.Key}>", "exec"), globals())
            main()

            """;

    /// <summary>Makes a module of a program. Its name says what it holds, so that a program never gets another version.</summary>
    public static KeyValuePair<string, string> Module(string name, string source) =>
        new($"{name}_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source)).AsSpan(0, 8))}", source);

    /// <summary>Joins texts, each after its length, so that the parts can be told apart.</summary>
    public static string Sections(params ReadOnlySpan<string> texts)
    {
        var joined = new StringBuilder();
        foreach (string text in texts)
        {
            joined.Append(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(text)}\n{text}");
        }

        return joined.ToString();
    }
}
