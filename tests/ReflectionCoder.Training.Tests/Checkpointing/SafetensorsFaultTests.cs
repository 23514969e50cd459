using System.Buffers.Binary;
using System.Text;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Files;
using ReflectionCoder.Safetensors;

namespace ReflectionCoder.Tests.Checkpointing;

public sealed class SafetensorsFaultTests
{
    private const string A = """
        "a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}
        """;

    [Theory]
    [InlineData("no header", null, 0, "8 for the header")]
    [InlineData("not an object", "[]", 0, "does not start with '{'")]
    [InlineData("empty header", "", 0, "does not start with '{'")]
    [InlineData("leading space", " {}", 0, "does not start with '{'")]
    [InlineData("not JSON", "{\"a\":", 0, "not valid JSON")]
    [InlineData("text behind", "{} x", 0, "not valid JSON")]
    [InlineData("truncated data", "{" + A + "}", 15, "truncated")]
    [InlineData("no data", "{" + A + "}", 0, "truncated")]
    [InlineData("left over", "{" + A + "}", 17, "left over")]
    [InlineData("left over of nothing", "{}", 1, "left over")]
    [InlineData("duplicate", "{" + A + "," + A + "}", 16, "twice", "a")]
    [InlineData("overlap", "{" + A + ""","b":{"dtype":"U8","shape":[4],"data_offsets":[12,16]}}""", 16, "overlaps", "b")]
    [InlineData("same place", "{" + A + ""","b":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", 16, "overlaps", "b")]
    [InlineData("gap", "{" + A + ""","b":{"dtype":"U8","shape":[4],"data_offsets":[17,21]}}""", 21, "gap", "b")]
    [InlineData("gap in front", """{"b":{"dtype":"U8","shape":[4],"data_offsets":[1,5]}}""", 5, "gap", "b")]
    [InlineData("shape too large", """{"b":{"dtype":"F32","shape":[5],"data_offsets":[0,16]}}""", 16, "expected 20", "b")]
    [InlineData("shape too small", """{"b":{"dtype":"F64","shape":[1],"data_offsets":[0,16]}}""", 16, "expected 8", "b")]
    [InlineData("scalar", """{"b":{"dtype":"F32","shape":[],"data_offsets":[0,8]}}""", 8, "expected 4", "b")]
    [InlineData("backwards", """{"b":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}}""", 4, "begin", "b")]
    [InlineData("one offset", """{"b":{"dtype":"U8","shape":[4],"data_offsets":[0]}}""", 4, "begin", "b")]
    [InlineData("negative offset", """{"b":{"dtype":"U8","shape":[4],"data_offsets":[-4,0]}}""", 4, "at least 0", "b")]
    [InlineData("negative shape", """{"b":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}}""", 4, "at least 0", "b")]
    [InlineData("fraction", """{"b":{"dtype":"U8","shape":[4.5],"data_offsets":[0,4]}}""", 4, "at least 0", "b")]
    [InlineData("text in shape", """{"b":{"dtype":"U8","shape":["4"],"data_offsets":[0,4]}}""", 4, "at least 0", "b")]
    [InlineData("overflow", """{"b":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""", 4, "64 bits", "b")]
    [InlineData(
        "offset overflow",
        """{"b":{"dtype":"U8","shape":[1],"data_offsets":[9223372036854775806,9223372036854775807]}}""",
        4,
        "64 bits",
        "b"
    )]
    [InlineData("unknown dtype", """{"b":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}""", 4, "F8_E4M3", "b")]
    [InlineData("dtype no text", """{"b":{"dtype":8,"shape":[4],"data_offsets":[0,4]}}""", 4, "dtype", "b")]
    [InlineData("field missing", """{"b":{"dtype":"U8","shape":[4]}}""", 4, "data_offsets", "b")]
    [InlineData("field too many", """{"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"x":1}}""", 4, "x", "b")]
    [InlineData("field twice", """{"b":{"dtype":"U8","dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 4, "once", "b")]
    [InlineData("shape no list", """{"b":{"dtype":"U8","shape":4,"data_offsets":[0,4]}}""", 4, "list", "b")]
    [InlineData("no description", """{"b":4}""", 4, "object", "b")]
    [InlineData("metadata no object", """{"__metadata__":[]}""", 0, "__metadata__")]
    [InlineData("metadata no text", """{"__metadata__":{"a":1}}""", 0, "'a'")]
    [InlineData("metadata twice", """{"__metadata__":{"a":"1","a":"2"}}""", 0, "'a'")]
    [InlineData("lone surrogate", "{\"\\ud800\":{}}", 0, "UTF-8")]
    public void Read_BrokenFile_IsNamed(string fault, string? header, int dataBytes, string expected, string? tensor = null)
    {
        using var folder = new TemporaryFolder();
        string path = folder["broken.safetensors"];
        File.WriteAllBytes(path, header is null ? [1, 2, 3] : Bytes(header, dataBytes));
        DataFormatException error = Assert.Throws<DataFormatException>(() => SafetensorsFile.ReadContent(path));
        Assert.Equal(path, error.Path);
        Assert.StartsWith(path, error.Message);
        Assert.True(error.Message.Contains(expected), $"{fault}: {error.Message}");
        if (tensor is not null)
        {
            Assert.Equal(tensor, error.Field);
        }
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(100_000_001)]
    [InlineData(1000)]
    public void Read_HeaderLengthOutOfBounds_IsRefused(ulong length)
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = Bytes("{}", 0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        File.WriteAllBytes(folder["x"], bytes);
        Assert.Throws<DataFormatException>(() => SafetensorsFile.ReadContent(folder["x"]));
    }

    [Fact]
    public void Read_InvalidUtf8_IsRefused()
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = Bytes("{" + A.Replace('a', '#') + "}", 16);
        bytes[Array.IndexOf(bytes, (byte)'#')] = 0xff;
        File.WriteAllBytes(folder["x"], bytes);
        Assert.Throws<DataFormatException>(() => SafetensorsFile.ReadContent(folder["x"]));
    }

    /// <summary>Whatever prefix of a good file remains, it is refused and never read as something else.</summary>
    [Fact]
    public void Read_EveryTruncation_IsRefused()
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = Bytes("{" + A + "}", 16);
        for (int length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(folder["x"], bytes[..length]);
            Assert.Throws<DataFormatException>(() => SafetensorsFile.ReadContent(folder["x"]));
        }
    }

    [Fact]
    public void Open_IndexFaults_AreNamed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["one.safetensors"], Bytes("{" + A + "}", 16));
        foreach (
            (string index, string expected) in ((string, string)[])
                [
                    ("", "JSON"),
                    ("[]", "weight_map"),
                    ("""{"weight_map":[]}""", "weight_map"),
                    ("""{"weight_map":{"a":3}}""", "'a'"),
                    ("""{"weight_map":{"a":"../one.safetensors"}}""", "'a'"),
                    ("""{"weight_map":{"a":".."}}""", "'a'"),
                    ("""{"weight_map":{"a":"two.safetensors"}}""", "two.safetensors"),
                    ("""{"weight_map":{"b":"one.safetensors"}}""", "'b'"),
                    ("""{"weight_map":{"a":"one.safetensors","a":"one.safetensors"}}""", "a"),
                ]
        )
        {
            File.WriteAllText(folder[SafetensorsIndex.IndexFileName], index);
            DataFormatException error = Assert.Throws<DataFormatException>(() => SafetensorsIndex.Open(folder.FullName));
            Assert.Contains(expected, error.Message);
        }
    }

    private static byte[] Bytes(string header, int dataBytes)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)json.Length);
        json.CopyTo(bytes, 8);
        return bytes;
    }
}
