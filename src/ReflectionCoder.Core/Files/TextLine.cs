using System.Text.Unicode;

namespace ReflectionCoder.Files;

/// <summary>A line of a file, without its line feed. Its bytes are valid until the next line is read.</summary>
/// <param name="Path">The name of the file in messages.</param>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Bytes">The line's bytes, as they are in the file.</param>
/// <param name="End">Position in the file after the line and its line feed, in bytes.</param>
/// <param name="IsWhole">Whether a line feed ends it. If not, it is the file's last line, and may have been cut off.</param>
internal readonly record struct TextLine(string Path, long Number, ReadOnlyMemory<byte> Bytes, long End, bool IsWhole)
{
    /// <summary>Whether it holds only white space.</summary>
    public bool IsBlank => Bytes.Span.IndexOfAnyExcept(" \t\r"u8) < 0;

    /// <summary>The bytes, after a check that they are valid UTF-8.</summary>
    /// <exception cref="DataFormatException">They are not valid UTF-8.</exception>
    public ReadOnlyMemory<byte> Text
    {
        get
        {
            CheckText(Bytes.Span, Path, Number);
            return Bytes;
        }
    }

    /// <summary>Refuses a line that isn't UTF-8.</summary>
    public static void CheckText(ReadOnlySpan<byte> line, string path, long number)
    {
        if (!Utf8.IsValid(line))
        {
            throw new DataFormatException(path, number, "the line is not valid UTF-8.");
        }
    }

    /// <summary>Reads the line as one JSON object. The object stays valid when the next line is read.</summary>
    /// <exception cref="DataFormatException">The line isn't a JSON object, or isn't UTF-8.</exception>
    public JsonField ParseObject() => JsonField.ObjectOf(JsonText.ParseLine(Text, Path, Number), Path, Number);

    /// <summary>Makes an error about the line.</summary>
    public DataFormatException Error(string problem, Exception? cause = null) => new(Path, Number, problem, cause);
}
