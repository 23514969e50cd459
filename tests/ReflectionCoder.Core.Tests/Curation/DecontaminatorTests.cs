using ReflectionCoder.Configuration;
using ReflectionCoder.Curation;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tests.Curation;

public sealed class DecontaminatorTests
{
    private const string Prompt = "Check if in given list of numbers, are any two numbers closer to each other than given threshold.";

    private readonly Decontaminator decontaminator = new([
        new BenchmarkText("first", "1", Prompt),
        new BenchmarkText(
            "first",
            "1",
            "def closer(numbers, threshold):\n    return min_gap(sorted(numbers)) < threshold  # adjacent pairs"
        ),
        new BenchmarkText("first", "2", "Return the product of x."),
        new BenchmarkText("first", "3", "Write a function to merge two sorted dictionaries."),
        new BenchmarkText("first", "4", "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]"),
        .. Enumerable
            .Range(5, 4)
            .Select(i => new BenchmarkText(
                "first",
                $"{i}",
                $"Write a Python function that takes a list of numbers and returns result {i}."
            )),
    ]);

    [Theory]
    [InlineData("Please: check IF, in given list\nof numbers are any two numbers closer. Thanks!")]
    [InlineData("def f(n):\n    '''Given list of numbers, are any two numbers closer to each other?'''")]
    [InlineData("def Closer(Numbers, threshold): return minGap( sorted(numbers) ) < threshold # adjacent pairs")]
    public void FindOverlap_TenWordsInAnotherStyle_NamesTheTask(string text)
    {
        BenchmarkOverlap overlap = Assert.IsType<BenchmarkOverlap>(decontaminator.FindOverlap(text));
        Assert.Equal(("first", "1"), (overlap.Benchmark, overlap.TaskId));
    }

    [Fact]
    public void FindOverlap_LongerPassage_GivesAllOfItOnOneLine() =>
        Assert.Equal(
            "in given list of numbers, are any two numbers closer to each",
            decontaminator.FindOverlap("Look\nin given list of  numbers,\nare any two numbers closer to each one.")!.Passage
        );

    [Fact]
    public void FindOverlap_NineWords_IsNone() =>
        Assert.Null(decontaminator.FindOverlap("Say if in given list of numbers, are any two alike."));

    [Fact]
    public void FindOverlap_WhatManyTasksShare_IsNone() =>
        Assert.Null(decontaminator.FindOverlap("Write a Python function that takes a list of numbers and returns result text."));

    [Fact]
    public void FindOverlap_SharedByAsManyTasksAsAllowed_IsFound()
    {
        BenchmarkText[] texts = [.. Enumerable.Range(0, 3).Select(i => new BenchmarkText("b", $"{i}", $"{Prompt} Variant {i}."))];
        Assert.Null(new Decontaminator(texts).FindOverlap(Prompt));
        Assert.NotNull(new Decontaminator(texts, new DecontaminatorOptions { MaxTasksWithWords = 3 }).FindOverlap(Prompt));
    }

    [Fact]
    public void FindOverlap_SameTaskInManyBenchmarks_IsFound()
    {
        Decontaminator many = new(Enumerable.Range(0, 9).Select(i => new BenchmarkText($"language {i}", "1", Prompt)));
        Assert.Equal("language 0", many.FindOverlap(Prompt)!.Benchmark);
    }

    [Fact]
    public void FindOverlap_Numbers_IsNone() =>
        Assert.Null(decontaminator.FindOverlap("assert f([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])"));

    [Theory]
    [InlineData("Task: write a function to merge two sorted dictionaries!", "3")]
    [InlineData("return the PRODUCT of x", "2")]
    [InlineData("Return the product of x and y", null)]
    [InlineData("Write a function to merge two dictionaries.", null)]
    [InlineData("", null)]
    public void FindOverlap_ShortBenchmarkText_MustBeThereAsAWhole(string text, string? task) =>
        Assert.Equal(task, decontaminator.FindOverlap(text)?.TaskId);

    [Fact]
    public void FindOverlap_Conversation_LooksIntoEveryBlock()
    {
        Message user = new(MessageRole.User, [new Block(BlockType.Text, "Solve this.")]);
        Message answer = new(MessageRole.Assistant, [new Block(BlockType.Text, "Good."), new Block(BlockType.Execution, Prompt)]);
        Assert.NotNull(decontaminator.FindOverlap(new Conversation([user, answer], SampleType.Generation)));
        Assert.Null(decontaminator.FindOverlap(new Conversation([user, user], SampleType.Generation)));
    }

    [Fact]
    public void Identity_OtherTextsOrOptions_Differs()
    {
        BenchmarkText text = new("b", "1", Prompt);
        string identity = new Decontaminator([text]).Identity;
        Assert.Equal(identity, new Decontaminator([text with { }]).Identity);
        Assert.NotEqual(identity, new Decontaminator([text with { TaskId = "2" }]).Identity);
        Assert.NotEqual(identity, new Decontaminator([text with { Benchmark = "b1", TaskId = "" }]).Identity);
        Assert.NotEqual(identity, new Decontaminator([text], new DecontaminatorOptions { Words = 11 }).Identity);
    }

    [Fact]
    public void Constructor_OptionsOutOfRange_ListsAll()
    {
        DecontaminatorOptions options = new()
        {
            Words = 3,
            MaxTasksWithWords = 0,
            MinDistinctWords = 4,
        };
        Assert.Equal(3, Assert.Throws<InvalidOptionsException>(() => new Decontaminator([], options)).Errors.Count);
    }

    [Fact]
    public void FindOverlap_OwnTasksAgainstABenchmarkOfThem_FindsEachAndNoOther()
    {
        string file = Path.Combine(RepositoryFolder.Path, "samples/data/tasks.jsonl");
        BenchmarkText[] texts = [.. BenchmarkTextReader.Read(file)];
        string[] ids = [.. texts.Select(text => text.TaskId).Distinct()];
        HashSet<string> half = [.. ids.Where((_, i) => i % 2 == 0)];
        Decontaminator half1 = new(texts.Where(text => half.Contains(text.TaskId)));
        string[] found = [.. texts.Where(text => half1.FindOverlap(text.Text) is not null).Select(text => text.TaskId).Distinct()];
        Assert.All(half, id => Assert.Contains(id, found));
        Assert.InRange(found.Count(id => !half.Contains(id)), 0, ids.Length / 20);
    }
}
