using ReflectionCoder.Configuration;
using ReflectionCoder.Curation;

namespace ReflectionCoder.Tests.Curation;

public sealed class DuplicateFinderTests
{
    private const string Text = """
        Write a Python function `longest_run(items)` that returns the length of the longest run of equal items. An empty list has the length
        zero. The items can be of any type that can be compared. Don't change the list, and go through it only once.

        def longest_run(items):
            best = 0
            current = 0
            previous = None
            for item in items:
                current = current + 1 if item == previous else 1
                previous = item
                best = max(best, current)
            return best
        """;

    [Theory]
    [InlineData("one word inserted", "length of the longest", "length of the very longest")]
    [InlineData("a variable renamed", "previous", "last_seen")]
    [InlineData("other punctuation", ". ", "; ")]
    [InlineData(
        "sentences in another order",
        "An empty list has the length\nzero. The items",
        "The empty list is of length zero. And items"
    )]
    public void Add_NearDuplicate_IsFound(string change, string before, string after)
    {
        DuplicateFinder finder = new();
        Assert.Null(finder.Add("first", Text));
        string changed = Text.Replace(before, after, StringComparison.Ordinal);
        Assert.NotEqual(Text, changed);
        DuplicateMatch? match = finder.Add(change, changed);
        Assert.NotNull(match);
        Assert.Equal(("first", false), (match.Id, match.IsExact));
        Assert.InRange(match.Similarity, 0.7, 1);
        Assert.Equal(1, finder.Count);
    }

    [Fact]
    public void Add_OtherWhiteSpace_IsExact()
    {
        DuplicateFinder finder = new();
        finder.Add("first", Text);
        Assert.Equal(
            new DuplicateMatch("first", 1, IsExact: true),
            finder.Add("second", "\r\n" + Text.Replace("\n", "\r\n\t ", StringComparison.Ordinal))
        );
    }

    [Fact]
    public void Add_OtherOperator_IsNearNotExact()
    {
        DuplicateFinder finder = new();
        finder.Add("first", "return a + b");
        Assert.Equal(new DuplicateMatch("first", 1, IsExact: false), finder.Add("second", "return a - b"));
    }

    [Fact]
    public void Add_TextsWithoutWords_AreComparedExactly()
    {
        DuplicateFinder finder = new();
        Assert.Null(finder.Add("empty", ""));
        Assert.Null(finder.Add("plus", "+"));
        Assert.Null(finder.Add("word", "word"));
        Assert.Equal("empty", finder.Add("blank", " \n")!.Id);
        Assert.Equal("plus", finder.Add("again", "+")!.Id);
        Assert.Equal("word", finder.Add("again", "Word!")!.Id);
    }

    [Fact]
    public void Add_SeveralNear_GivesTheNearest()
    {
        string words = string.Join(' ', Enumerable.Range(0, 100).Select(i => $"w{i}"));
        DuplicateFinder finder = new();
        Assert.Null(finder.Add("far", words + string.Concat(Enumerable.Range(0, 20).Select(i => $" f{i}"))));
        Assert.Null(finder.Add("near", string.Concat(Enumerable.Range(0, 25).Select(i => $"n{i} ")) + words));
        DuplicateMatch match = finder.Add("new", "n23 n24 " + words)!;
        Assert.Equal("far", match.Id);
        Assert.Equal(99.0 / 121, match.Similarity, 9);
    }

    [Fact]
    public void Add_OwnTasks_FindsNoDuplicateAmongThem()
    {
        DuplicateFinder finder = new();
        IEnumerable<IGrouping<string, BenchmarkText>> tasks = BenchmarkTextReader
            .Read(Path.Combine(RepositoryFolder.Path, "samples/data/tasks.jsonl"))
            .GroupBy(text => text.TaskId)
            .Take(205);
        Assert.All(tasks, task => Assert.Null(finder.Add(task.Key, string.Join('\n', task.Select(text => text.Text)))));
    }

    [Fact]
    public void Find_PairsAtTheThreshold_FindsNearlyAll()
    {
        Random random = new(1);
        int found = 0;
        for (int pair = 0; pair < 300; pair++)
        {
            // 255 + 45 and 45 words of their own: a Jaccard index of single words of 255 / 345 = 0.739.
            string shared = string.Concat(Enumerable.Range(0, 255).Select(_ => $"s{random.Next()} "));
            DuplicateFinder finder = new(new DuplicateFinderOptions { ShingleWords = 1 });
            finder.Add("one", shared + string.Concat(Enumerable.Range(0, 45).Select(_ => $"a{random.Next()} ")));
            found += finder.Add("two", shared + string.Concat(Enumerable.Range(0, 45).Select(_ => $"b{random.Next()} "))) is null ? 0 : 1;
        }

        Assert.InRange(found, 293, 300);
    }

    [Fact]
    public void Signature_IsTheSameOnEveryMachine()
    {
        uint[] signature = new uint[MinHash.Length];
        MinHash.Compute([1, 2, 3], signature);
        uint[] expected = new uint[MinHash.Length];
        Array.Fill(expected, uint.MaxValue);
        uint[] masks = Draw(0);
        uint[] factors = [.. Draw(1).Select(factor => factor | 1)];
        foreach (uint item in (uint[])[1, 2, 3])
        {
            for (int place = 0; place < MinHash.Length; place++)
            {
                uint mixed = unchecked((item ^ masks[place]) * factors[place]);
                expected[place] = Math.Min(expected[place], unchecked((mixed ^ (mixed >> 15)) * factors[place]));
            }
        }

        Assert.Equal(expected, signature);

        static uint[] Draw(ulong seed)
        {
            ReflectionCoder.Randomness.SplitMix64 generator = new(seed);
            return [.. Enumerable.Range(0, MinHash.Length).Select(_ => (uint)(generator.Next() >> 32))];
        }
    }

    [Fact]
    public void Constructor_OptionsOutOfRange_ListsAll()
    {
        DuplicateFinderOptions options = new() { Threshold = 0.5, ShingleWords = 0 };
        Assert.Equal(2, Assert.Throws<InvalidOptionsException>(() => new DuplicateFinder(options)).Errors.Count);
        Assert.NotEqual(new DuplicateFinder().Identity, new DuplicateFinder(new DuplicateFinderOptions { Threshold = 0.8 }).Identity);
    }
}
