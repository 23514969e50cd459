using System.Globalization;
using System.Reflection;
using System.Text;

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
