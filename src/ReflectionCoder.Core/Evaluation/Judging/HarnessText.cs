using System.Globalization;
using System.Reflection;
using System.Text;

namespace ReflectionCoder.Evaluation.Judging;

/// <summary>The texts of the programs that run solutions, and how they get their input.</summary>
internal static class HarnessText
{
    /// <summary>Reads files of the folder Harness and joins them into one program, in the order given.</summary>
    public static string Read(params IEnumerable<string> files) => string.Join('\n', files.Select(ReadFile));

    /// <summary>Joins texts, each after its length in bytes, so that the parts can be told apart.</summary>
    public static string JoinSections(IEnumerable<string> texts)
    {
        var joined = new StringBuilder();
        foreach (string text in texts)
        {
            joined.Append(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(text)}\n{text}");
        }

        return joined.ToString();
    }

    private static string ReadFile(string file)
    {
        string name = $"ReflectionCoder.Evaluation.Judging.Harness.{file}";
        using Stream stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly lacks its resource {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
