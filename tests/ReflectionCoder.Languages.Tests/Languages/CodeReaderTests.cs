using ReflectionCoder.Languages;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Tests.Languages;

/// <summary>Tokens and syntax nodes of both languages.</summary>
public sealed class CodeReaderTests
{
    [Fact]
    public void Tokens_JavaScriptWithComment_LeaveItOut() =>
        Assert.Equal(["let", "x", "=", "1", ";"], ProgrammingLanguages.JavaScript.Code.Tokens("let x = 1; // one"));

    [Fact]
    public void Tokens_CSharpWithComment_LeaveItOut() =>
        Assert.Equal(["int", "x", "=", "1", ";"], ProgrammingLanguages.CSharp.Code.Tokens("int x = 1; // one"));

    [Fact]
    public void Tokens_UnreadableJavaScript_GiveEveryWord() =>
        Assert.Equal(["let", "=", "1", ";", "f", "(", "x", ")"], ProgrammingLanguages.JavaScript.Code.Tokens("let = 1; f(x)"));

    [Theory]
    [InlineData("f(a + 1);", "f(b + 1);", true)]
    [InlineData("f(a + 1);", "f(a - 1);", false)]
    [InlineData("f(a + 1);", "f(a + 2);", false)]
    public void SyntaxNodes_OtherNameOrOperatorOrLiteral_DifferWithoutNames(string left, string right, bool same)
    {
        foreach (CodeReader reader in new[] { ProgrammingLanguages.JavaScript.Code, ProgrammingLanguages.CSharp.Code })
        {
            Assert.Equal(same, reader.SyntaxNodes(left)!.SequenceEqual(reader.SyntaxNodes(right)!));
            Assert.Equal(0, reader.SyntaxNodes(left)![0].Depth);
        }
    }

    [Fact]
    public void Parse_UnreadableSource_SaysWhere()
    {
        Assert.Contains(
            "line 2",
            Assert.Throws<FormatException>(() => ProgrammingLanguages.JavaScript.Parse("let a;\nlet = (;")).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "line 2",
            Assert.Throws<FormatException>(() => ProgrammingLanguages.CSharp.Parse("int a;\nint b = (;")).Message,
            StringComparison.Ordinal
        );
        Assert.Null(ProgrammingLanguages.JavaScript.Code.SyntaxNodes("let = (;"));
        Assert.Null(ProgrammingLanguages.CSharp.Code.SyntaxNodes("int b = (;"));
    }
}
