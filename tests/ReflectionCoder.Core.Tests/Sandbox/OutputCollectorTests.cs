using System.Text;
using ReflectionCoder.Sandbox.Processes;

namespace ReflectionCoder.Tests.Sandbox;

public sealed class OutputCollectorTests
{
    [Theory]
    [InlineData("", 4, "", false)]
    [InlineData("abcd", 4, "abcd", false)]
    [InlineData("abcde", 4, "ab\n[... 1 bytes left out ...]\nde", true)]
    [InlineData("abcdefgh", 5, "abc\n[... 3 bytes left out ...]\ngh", true)]
    [InlineData("ab", 1, "a\n[... 1 bytes left out ...]\n", true)]
    [InlineData("aüüüb", 4, "a\n[... 6 bytes left out ...]\nb", true)] // both cuts fall into a character
    [InlineData("한한한", 8, "한\n[... 3 bytes left out ...]\n한", true)]
    public void Append_Text_KeepsHeadAndTail(string text, int keep, string expected, bool isCut)
    {
        var collector = new OutputCollector(keep, () => { });
        collector.Append(Encoding.UTF8.GetBytes(text));
        Assert.Equal((expected, isCut), (collector.GetText(), collector.IsCut));
    }

    [Fact]
    public void Append_RandomChunks_GivesWhatCuttingTheWholeGives()
    {
        var random = new Random(7);
        for (int round = 0; round < 3000; round++)
        {
            byte[] all = RandomBytes(random);
            int keep = random.Next(1, 40);
            var collector = new OutputCollector(keep, () => { });
            for (int position = 0; position < all.Length; )
            {
                int count = Math.Min(all.Length - position, random.Next(0, 50));
                collector.Append(all.AsSpan(position, count));
                position += count;
            }

            Assert.Equal(CutWhole(all, keep), collector.GetText());
            Assert.Equal(all.Length > keep, collector.IsCut);
        }
    }

    [Fact]
    public async Task Read_Flood_IsReportedOnceAndReadToItsEnd()
    {
        int floods = 0;
        var collector = new OutputCollector(1000, () => floods++);
        await collector.ReadAsync(new MemoryStream(new byte[16_000]), CancellationToken.None);
        Assert.Equal(0, floods);
        await collector.ReadAsync(new MemoryStream(new byte[500_000]), CancellationToken.None);
        Assert.Equal(1, floods);
        Assert.Contains("[... 515000 bytes left out ...]", collector.GetText());
    }

    // Half of the rounds hold whole characters of all lengths, the other half any bytes.
    private static byte[] RandomBytes(Random random)
    {
        byte[] bytes = new byte[random.Next(0, 120)];
        random.NextBytes(bytes);
        string[] characters = ["a", "ü", "한", "😀", "\n"];
        return random.Next(2) == 0
            ? bytes
            : Encoding.UTF8.GetBytes(string.Concat(bytes.Take(40).Select(value => characters[value % characters.Length])));
    }

    /// <summary>The naive twin: it has everything, then cuts.</summary>
    private static string CutWhole(byte[] all, int keep)
    {
        if (all.Length <= keep)
        {
            return Encoding.UTF8.GetString(all);
        }

        byte[] head = all[..(keep - keep / 2)];
        byte[] tail = all[^(keep / 2)..];
        for (int back = 1; back <= Math.Min(3, head.Length); back++)
        {
            // Bytes at the end that are valid as the beginning of a longer character are those whose completion is one character.
            byte[] end = head[^back..];
            if (Completions.Any(rest => IsOneCharacter([.. end, .. rest])))
            {
                head = head[..^back];
                break;
            }
        }

        tail = [.. tail.Take(3).SkipWhile(value => value is >= 0x80 and < 0xC0), .. tail.Skip(3)];
        int missing = all.Length - head.Length - tail.Length;
        return $"{Encoding.UTF8.GetString(head)}\n[... {missing} bytes left out ...]\n{Encoding.UTF8.GetString(tail)}";
    }

    private static readonly byte[][] Completions = [.. new byte[] { 0x80, 0x90, 0xA0, 0xBF }.SelectMany(Continue)];

    private static IEnumerable<byte[]> Continue(byte first) =>
        [
            [first],
            [first, 0x80],
            [first, 0x80, 0x80],
        ];

    private static bool IsOneCharacter(byte[] bytes) =>
        Rune.DecodeFromUtf8(bytes, out _, out int length) == System.Buffers.OperationStatus.Done && length == bytes.Length;
}
