using System.Text;

namespace ReflectionCoder.Samples.Generate;

/// <summary>Instructions in UTF-8, one a line; \n in it is a line break.</summary>
internal static class PromptFile
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the first so many.</summary>
    /// <exception cref="InvalidDataException">There is none, or a line is not UTF-8.</exception>
    public static IReadOnlyList<string> Read(string path, int most, CancellationToken cancellationToken)
    {
        // Nothing breaks off a read that waits for someone to type.
        string name = path == "-" ? "Standard input" : path;
        Task<string[]> reading = Task.Run(
            () => Read(path == "-" ? Console.OpenStandardInput() : File.OpenRead(path), name, most),
            CancellationToken.None
        );
        string[] prompts = reading.WaitAsync(cancellationToken).GetAwaiter().GetResult();
        return prompts.Length > 0 ? prompts : throw new InvalidDataException($"{name} holds no prompt.");
    }

    private static string[] Read(Stream stream, string name, int most)
    {
        using (stream)
        {
            IEnumerable<string> lines = Lines(stream, name).Where(line => line.Trim().Length > 0).Take(most);
            return [.. lines.Select(line => line.Replace("\\n", "\n", StringComparison.Ordinal))];
        }
    }

    /// <summary>Decodes each line by itself, so that the one that is no UTF-8 can be named.</summary>
    private static IEnumerable<string> Lines(Stream stream, string name)
    {
        using StreamReader bytes = new(stream, Encoding.Latin1, detectEncodingFromByteOrderMarks: false);
        for (int number = 1; bytes.ReadLine() is { } line; number++)
        {
            string text = Decode(Encoding.Latin1.GetBytes(line), name, number);
            yield return number == 1 ? text.TrimStart('\ufeff') : text;
        }
    }

    private static string Decode(byte[] line, string name, int number)
    {
        try
        {
            return Strict.GetString(line);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException($"{name}, line {number}: not valid UTF-8.", exception);
        }
    }
}
