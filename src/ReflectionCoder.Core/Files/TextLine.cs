using System.Text.Unicode;

namespace ReflectionCoder.Files;

/// <summary>A line of a file, without its line feed. Its bytes are valid until the next line is read.</summary>
/// <param name="Path">What messages call the file.</param>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Bytes">What it holds, as it stands in the file.</param>
/// <param name="End">Bytes of the file from its start to behind the line's end.</param>
/// <param name="IsWhole">Whether a line feed ends it; a file's last line may lack one, or be cut off.</param>
internal readonly record struct TextLine(string Path, long Number, ReadOnlyMemory<byte> Bytes, long End, bool IsWhole)
{
    /// <summary>Whether it holds nothing but what JSON passes over.</summary>
    public bool IsBlank => Bytes.Span.IndexOfAnyExcept(" \t\r"u8) < 0;

    /// <summary>The bytes, which are whole characters.</summary>
    /// <exception cref="DataFormatException">They are not.</exception>
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

    /// <summary>Reads the line as one JSON object, which may be kept.</summary>
    /// <exception cref="DataFormatException">It is none, or not UTF-8.</exception>
    public JsonField ParseObject() => JsonField.ObjectOf(JsonText.ParseLine(Text, Path, Number), Path, Number);

    /// <summary>The error that says what is wrong with the line.</summary>
    public DataFormatException Error(string problem, Exception? cause = null) => new(Path, Number, problem, cause);
}
