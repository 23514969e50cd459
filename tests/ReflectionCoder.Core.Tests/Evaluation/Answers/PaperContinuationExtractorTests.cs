using ReflectionCoder.Evaluation.Answers;

namespace ReflectionCoder.Tests.Evaluation.Answers;

/// <summary>What the paper's src/test.py makes of the same texts.</summary>
public sealed class PaperContinuationExtractorTests
{
    [Theory]
    [InlineData("    return 1;\n}\n```", "    return 1;")]
    [InlineData("    return 1;\n}\n\nint main() {\n    f();\n}\n```", "    return 1;")]
    [InlineData("    return 1;\n}\nvoid g() {\n}\n", "    return 1;\n}\nvoid g() {")] // the last stop counts
    [InlineData("    return 1;\n", "    return 1;\n")]
    [InlineData("    return 1;<|endofblock|><|endofmessage|>\n}", "    return 1;")]
    [InlineData("    return 1;\n```\nIt returns 1:\n```cpp\n}\n```", "    return 1;\n")]
    [InlineData("", "")]
    public void Extract_Cpp_CutsAtTheLastStops(string answer, string code) =>
        Assert.Equal("long f() {\n" + code, new PaperContinuationExtractor("long f() {\n", ["\nint main", "\n}"]).Extract(answer));

    [Theory]
    [InlineData("  return 1;\n}\n\nconsole.log(f());\n```", "  return 1;\n}")]
    [InlineData("  return 1;", "  return 1;\n}")]
    [InlineData("  if (x) {\n    return 1;\n  }\n}\n", "  if (x) {\n    return 1;\n  }\n}")]
    public void Extract_JavaScript_ClosesTheFunctionAgain(string answer, string code) =>
        Assert.Equal("function f(x){\n" + code, new PaperContinuationExtractor("function f(x){\n", ["\n}"], "\n}").Extract(answer));

    [Fact]
    public void Name_NamesWhatDecides() =>
        Assert.Equal("paper continuation '\\nint main' '\\n}' ''", new PaperContinuationExtractor("f", ["\nint main", "\n}"]).Name);
}
