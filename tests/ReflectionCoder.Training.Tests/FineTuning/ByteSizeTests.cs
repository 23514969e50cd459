using ReflectionCoder.FineTuning;
using ReflectionCoder.FineTuning.Memory;

namespace ReflectionCoder.Tests.FineTuning;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("24GB", 24_000_000_000)]
    [InlineData("24 GiB", 25_769_803_776)]
    [InlineData("1.5gb", 1_500_000_000)]
    [InlineData("512MiB", 536_870_912)]
    [InlineData("3kB", 3_000)]
    [InlineData("12345", 12_345)]
    [InlineData("7B", 7)]
    public void Parse_ReadsUnits(string text, long bytes) => Assert.Equal(bytes, ByteSize.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("GB")]
    [InlineData("24 apples")]
    [InlineData("-1GB")]
    [InlineData("0")]
    [InlineData("NaN GB")]
    [InlineData("1e9GB")]
    [InlineData("9999999999TB")]
    public void Parse_Else_Refuses(string text) => Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => ByteSize.Parse(text)).Message);

    [Theory]
    [InlineData(0, "0 MB")]
    [InlineData(87_400_000, "87 MB")]
    [InlineData(999_400_000, "999 MB")]
    [InlineData(999_600_000, "1.0 GB")]
    [InlineData(23_449_000_000, "23.4 GB")]
    public void Format_WritesMegabytesOrGigabytes(long bytes, string text) => Assert.Equal(text, ByteSize.Format(bytes));
}
