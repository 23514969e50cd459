using System.IO.Compression;
using System.Text;
using ReflectionCoder.Files;

namespace ReflectionCoder.Tests.Files;

public sealed class LineReaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("", "")]
    [InlineData("\ufeff", "")]
    [InlineData("\n", "1<>1+")]
    [InlineData("a\nb", "1<a>2+ 2<b>3-")]
    [InlineData("\ufeffa\n\n b\r\nc\n", "1<a>5+ 2<>6+ 3< b\r>10+ 4<c>12+")]
    [InlineData("\n\ufeffa", "1<>1+ 2<\ufeffa>5-")]
    public async Task Read_Bytes_GivesLinesTheirNumbersAndEnds(string text, string expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Assert.Equal(expected, string.Join(' ', LineReader.Read(new MemoryStream(bytes), "lines").Select(Show)));
        Assert.Equal(expected, string.Join(' ', LineReader.Read(new SmallPieces(bytes), "lines").Select(Show)));
        File.WriteAllBytes(folder.File("lines"), bytes);
        Assert.Equal(expected, string.Join(' ', LineReader.Read(folder.File("lines")).Select(Show)));
        List<string> lines = await LineReader.ReadAsync(folder.File("lines"), CancellationToken.None).Select(Show).ToListAsync();
        Assert.Equal(expected, string.Join(' ', lines));
    }

    [Fact]
    public void Read_LinesLongerThanTheBuffer_AreWhole()
    {
        string[] lines = [.. Enumerable.Range(0, 9).Select(i => new string((char)('a' + i), 40_000 * i))];
        byte[] bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines));
        Assert.Equal(lines, LineReader.Read(new MemoryStream(bytes), "lines").Select(line => Encoding.UTF8.GetString(line.Text.Span)));
        Assert.Equal(bytes.Length, LineReader.Read(new MemoryStream(bytes), "lines").Last().End);
    }

    [Fact]
    public async Task Read_Gzip_IsUnzippedOrNamed()
    {
        string path = folder.File("lines.GZ");
        using (GZipStream gzip = new(File.Create(path), CompressionLevel.Fastest))
        {
            gzip.Write("a\nb"u8);
        }

        Assert.Equal("1<a>2+ 2<b>3-", string.Join(' ', LineReader.Read(path).Select(Show)));
        File.WriteAllText(path, "a\nb");
        DataFormatException error = Assert.Throws<DataFormatException>(() => LineReader.Read(path).ToList());
        Assert.Equal((path, 1), (error.Path, error.Line));
        Assert.Contains("not readable as gzip", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DataFormatException>(async () => await LineReader.ReadAsync(path, CancellationToken.None).ToListAsync());
    }

    [Fact]
    public void Text_NotUtf8_NamesFileAndLine()
    {
        List<TextLine> lines = [.. LineReader.Read(new MemoryStream([.. "a\n"u8, 0xfc, (byte)'\n']), "lines")];
        DataFormatException error = Assert.Throws<DataFormatException>(() => lines[1].Text);
        Assert.Equal("lines, line 2: the line is not valid UTF-8.", error.Message);
        Assert.Equal(1, lines[1].Bytes.Length);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(" \t\r", true)]
    [InlineData("\u00a0", false)]
    [InlineData(" 0", false)]
    public void IsBlank_IsWhatJsonPassesOver(string text, bool blank) =>
        Assert.Equal(blank, new TextLine("lines", 1, Encoding.UTF8.GetBytes(text), 0, true).IsBlank);

    private static string Show(TextLine line) =>
        $"{line.Number}<{Encoding.UTF8.GetString(line.Text.Span)}>{line.End}{(line.IsWhole ? '+' : '-')}";

    /// <summary>Gives a byte at a time, as a pipe may.</summary>
    private sealed class SmallPieces(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(1, buffer.Length)]);
    }
}
