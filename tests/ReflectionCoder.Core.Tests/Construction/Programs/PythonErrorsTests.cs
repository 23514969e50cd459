using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Programs;

namespace ReflectionCoder.Tests.Construction.Programs;

public sealed class PythonErrorsTests
{
    [Fact]
    public void Read_ErrorInAFunction_NamesBothLines()
    {
        ErrorReport report = PythonErrors.Read(
            """
            Traceback (most recent call last):
              File "solution.py", line 9, in <module>
                assert f(1) == 2
                       ^^^^
              File "solution.py", line 4, in f
                return int(x)
                       ^^^^^^
            ValueError: invalid literal for int() with base 10: 'File: "x"'

            """.ReplaceLineEndings("\n")
        )!;
        Assert.Equal("ValueError", report.Type);
        Assert.Equal("invalid literal for int() with base 10: 'File: \"x\"'", report.Message);
        Assert.Equal("assert f(1) == 2", report.Statement);
        Assert.Equal("return int(x)", report.Raised);
        Assert.False(report.IsSyntaxError);
    }

    [Fact]
    public void Read_ErrorInTheLibrary_NamesTheProgramsLine()
    {
        ErrorReport report = PythonErrors.Read(
            "Traceback (most recent call last):\n  File \"solution.py\", line 1, in <module>\n    loads('x')\n"
                + "  File \"/usr/lib/json.py\", line 3, in loads\n    raise ValueError\njson.decoder.JSONDecodeError: bad\n"
        )!;
        Assert.Equal("json.decoder.JSONDecodeError", report.Type);
        Assert.Equal("loads('x')", report.Raised);
    }

    [Fact]
    public void Read_SyntaxError_NamesItsLine()
    {
        ErrorReport report = PythonErrors.Read("  File \"solution.py\", line 2\n    if a\n        ^\nSyntaxError: expected ':'\n")!;
        Assert.True(report.IsSyntaxError);
        Assert.Equal("if a", report.Raised);
        Assert.Equal("SyntaxError: expected ':'", report.Headline);
    }

    [Fact]
    public void Read_AssertionWithoutMessage_HasAnEmptyMessage()
    {
        ErrorReport report = PythonErrors.Read(
            "Traceback (most recent call last):\n  File \"s.py\", line 1, in <module>\n    assert f(1) == 2\nAssertionError\n"
        )!;
        Assert.Equal(("AssertionError", ""), (report.Type, report.Message));
    }

    [Theory]
    [InlineData("")]
    [InlineData("some words\n")]
    public void Read_NoTraceback_IsNull(string text) => Assert.Null(PythonErrors.Read(text));
}
