using ReflectionCoder.FineTuning;
using ReflectionCoder.FineTuning.Memory;

namespace ReflectionCoder.Tests.FineTuning;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData(0, "0 MB")]
    [InlineData(87_400_000, "87 MB")]
    [InlineData(999_400_000, "999 MB")]
    [InlineData(999_600_000, "1.0 GB")]
    [InlineData(23_449_000_000, "23.4 GB")]
    public void Format_WritesMegabytesOrGigabytes(long bytes, string text) => Assert.Equal(text, ByteSize.Format(bytes));
}
