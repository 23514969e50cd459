using ReflectionCoder.Samples.FineTune;

namespace ReflectionCoder.Tests.FineTuning;

public sealed class MemoryAmountTests
{
    [Theory]
    [InlineData("24GB", 24_000_000_000)]
    [InlineData("24 GiB", 25_769_803_776)]
    [InlineData("1.5gb", 1_500_000_000)]
    [InlineData("512MiB", 536_870_912)]
    [InlineData("3kB", 3_000)]
    [InlineData("12345", 12_345)]
    [InlineData("7B", 7)]
    public void Parse_ReadsUnits(string text, long bytes) => Assert.Equal(bytes, MemoryAmount.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("GB")]
    [InlineData("24 apples")]
    [InlineData("-1GB")]
    [InlineData("0")]
    [InlineData("NaN GB")]
    [InlineData("1e9GB")]
    [InlineData("9999999999TB")]
    public void Parse_Else_Refuses(string text) =>
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => MemoryAmount.Parse(text)).Message);
}
