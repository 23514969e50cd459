using ReflectionCoder.Generation;

namespace ReflectionCoder.Tests.Generation;

public sealed class StopStringFinderTests
{
    [Theory]
    [InlineData("def f():\n    pass\n# Test\nassert", "\n# Test")]
    [InlineData("aaab", "aab")]
    [InlineData("abcabcabd!", "abcabd")]
    [InlineData("xabcdx", "abcd", "bc")]
    [InlineData("xyabc", "c", "abc")]
    [InlineData("nothing here", "zzz", "hereafter")]
    [InlineData("ends with a beginnin", "beginning")]
    [InlineData("```python\nx\n```\n", "\n```", "```")]
    public void Append_EverySplitPoint_EqualsTheWholeText(string text, params string[] stops)
    {
        (string expected, bool found) = Naive(text, stops);
        for (int first = 0; first <= text.Length; first++)
        {
            for (int second = first; second <= text.Length; second++)
            {
                var finder = new StopStringFinder(stops);
                string certain = finder.Append(text[..first]) + finder.Append(text[first..second]);
                Assert.StartsWith(certain, expected); // nothing goes out that a stop string takes back
                Assert.Equal(expected, certain + finder.Append(text[second..]) + finder.Finish());
                Assert.Equal(found, finder.IsFound);
            }
        }
    }

    [Fact]
    public void Append_RandomTextsByCharacters_EqualsTheWholeText()
    {
        var random = new Random(1);
        int hits = 0;
        for (int round = 0; round < 2000; round++)
        {
            string text = Random(30);
            string[] stops = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Random(random.Next(1, 6)))];
            var finder = new StopStringFinder(stops);
            string actual = string.Concat(text.Select(character => finder.Append(character.ToString()))) + finder.Finish();
            Assert.Equal(Naive(text, stops), (actual, finder.IsFound));
            hits += finder.IsFound ? 1 : 0;
        }

        Assert.InRange(hits, 500, 1999);

        string Random(int length) => string.Concat(Enumerable.Range(0, length).Select(_ => "abc"[random.Next(3)]));
    }

    [Fact]
    public void Append_HoldsBackNoMoreThanItMust()
    {
        var finder = new StopStringFinder(["\n# Test"]);
        Assert.Equal("x = 1", finder.Append("x = 1\n#"));
        Assert.Equal("\n# T", finder.Append(" T\n"));
        Assert.Equal("\n", finder.Finish());
    }

    /// <summary>The stop string that is complete first; the longest of those.</summary>
    private static (string Text, bool Found) Naive(string text, string[] stops)
    {
        var ends = stops
            .Select(stop => (End: text.IndexOf(stop, StringComparison.Ordinal) + stop.Length, stop.Length))
            .Where(found => found.End >= found.Length)
            .OrderBy(found => found.End)
            .ThenByDescending(found => found.Length)
            .ToList();
        return ends.Count == 0 ? (text, false) : (text[..(ends[0].End - ends[0].Length)], true);
    }
}
