using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Answers;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Tests.Evaluation.Answers;

public sealed class PaperAnswerExtractorTests
{
    [Theory]
    [InlineData("def f():\n    return 1\n```\nIt returns one.", "def f():\n    return 1")]
    [InlineData("Here:\n```python\ndef f():\n    return 1\n```\ndone", "def f():\n    return 1")]
    [InlineData("def f():\n    return 1\n", "def f():\n    return 1")]
    [InlineData("def f():\n    return 1\n\n# Test\nassert f()\n```", "def f():\n    return 1")]
    [InlineData("def f():\n    if 1:\n        return 1\nif __name__ == '__main__':\n    f()\n```", "def f():\n    if 1:\n        return 1")]
    [InlineData("def f():\n    return 1\nprint(f())\nassert f()\n```<|endofblock|><|endofmessage|>", "def f():\n    return 1")]
    [InlineData("def f(): return 1\n```\nor\n```python\ndef f(): return 2\n```\n", "def f(): return 1")]
    [InlineData("", "")]
    [InlineData("```", "")]
    public void Extract_Answer_GivesCode(string answer, string code) => Assert.Equal(code, new PaperAnswerExtractor().Extract(answer));

    [Fact]
    public void Extract_AnswerWithMarkers_TakesAllSevenOut()
    {
        Assert.Equal(7, Markers.All.Count);
        Assert.All(
            Markers.All,
            marker =>
                Assert.Equal(
                    "def f():\n    return 1",
                    new PaperAnswerExtractor().Extract($"{marker}def f():\n    return{marker} 1\n```{marker}")
                )
        );
    }

    [Fact]
    public void Extract_OwnStops_ReplaceThePapers() =>
        Assert.Equal("a\nprint(1)", new PaperAnswerExtractor(["\nSTOP"]).Extract("a\nprint(1)\nSTOP b"));
}
