using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Programs;

namespace ReflectionCoder.Tests.Construction.Programs;

public sealed class ErrorReportTests
{
    private const string JavaScript =
        "const assert = require(\"assert\");\n\nfunction f(x) {\n  return x.y.z;\n}\n\nassert.strictEqual(f(2), 2);";
    private const string CSharp = "using System.Diagnostics;\n\nint F(int x) => x / 0;\n\nDebug.Assert(F(1) == 2);";

    [Fact]
    public void ReadError_NodeFailedAssert_HasValuesAndStatement()
    {
        const string Output = """
            node:assert:90
              throw new AssertionError(obj);
              ^

            AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:

            3 !== 2

                at Object.<anonymous> (solution.js:7:8)
                at Module._compile (node:internal/modules/cjs/loader:1521:14)
                at node:internal/main/run_main_module:28:49 {
              generatedMessage: true,
              code: 'ERR_ASSERTION',
              actual: 3,
              expected: 2,
              operator: 'strictEqual'
            }

            Node.js v20.20.2
            """;
        ErrorReport report = Read("javascript", Output, JavaScript)!;
        Assert.Equal("AssertionError: Expected values to be strictly equal", report.Headline);
        Assert.Equal("assert.strictEqual(f(2), 2);", report.Statement);
        Assert.Equal(("3", "2"), (report.Actual, report.Expected));
        Assert.True(report.IsFailedTest);
        Assert.False(report.IsSyntaxError);
    }

    [Fact]
    public void ReadError_NodeTypeError_NamesBothLines()
    {
        const string Output = """
            solution.js:4
              return x.y.z;
                         ^

            TypeError: Cannot read properties of undefined (reading 'z')
                at f (solution.js:4:14)
                at Object.<anonymous> (solution.js:7:20)
                at Module._compile (node:internal/modules/cjs/loader:1521:14)

            Node.js v20.20.2
            """;
        ErrorReport report = Read("javascript", Output, JavaScript)!;
        Assert.Equal("TypeError", report.Type);
        Assert.Equal("return x.y.z;", report.Raised);
        Assert.Equal("assert.strictEqual(f(2), 2);", report.Statement);
        Assert.False(report.IsFailedTest);
    }

    [Fact]
    public void ReadError_NodeSyntaxError_IsNotRead()
    {
        const string Output = """
            solution.js:4
              return x.y.z;
                          ^

            SyntaxError: Unexpected token ';'
                at wrapSafe (node:internal/modules/cjs/loader:1464:18)
                at node:internal/main/run_main_module:28:49

            Node.js v20.20.2
            """;
        ErrorReport report = Read("javascript", Output, JavaScript)!;
        Assert.True(report.IsSyntaxError);
        Assert.Equal("SyntaxError: Unexpected token ';'", report.Headline);
        Assert.Equal("return x.y.z;", report.Raised);
    }

    [Fact]
    public void ReadError_CSharpAssert_IsAFailedTest()
    {
        const string Output =
            "Process terminated.\nAssertion failed.\nF(1) == 2\n   at Program.<Main>$(String[] args) in solution.cs:line 5\n";
        ErrorReport report = Read("csharp", Output, CSharp)!;
        Assert.Equal("Assertion failed: F(1) == 2", report.Headline);
        Assert.Equal("Debug.Assert(F(1) == 2);", report.Statement);
        Assert.True(report.IsFailedTest);
    }

    [Fact]
    public void ReadError_CSharpException_NamesBothLines()
    {
        const string Output = """
            Unhandled exception. System.DivideByZeroException: Attempted to divide by zero.
               at Program.<<Main>$>g__F|0_0(Int32 x) in solution.cs:line 3
               at Program.<Main>$(String[] args) in solution.cs:line 5
            """;
        ErrorReport report = Read("csharp", Output, CSharp)!;
        Assert.Equal("System.DivideByZeroException: Attempted to divide by zero.", report.Headline);
        Assert.Equal("int F(int x) => x / 0;", report.Raised);
        Assert.Equal("Debug.Assert(F(1) == 2);", report.Statement);
    }

    [Fact]
    public void ReadError_CSharpCompiler_IsNotRead()
    {
        const string Output = "solution.cs(1,9): warning CS8019: Unnecessary.\nsolution.cs(3,22): error CS1002: ; expected\n";
        ErrorReport report = Read("csharp", Output, CSharp)!;
        Assert.Equal("CS1002: ; expected", report.Headline);
        Assert.Equal("int F(int x) => x / 0;", report.Raised);
        Assert.True(report.IsSyntaxError);
    }

    [Theory]
    [InlineData("javascript", "warning: something")]
    [InlineData("csharp", "Stack overflow.\n")]
    [InlineData("rust", "error[E0425]: cannot find value")]
    public void ReadError_NothingKnown_IsNull(string language, string output) => Assert.Null(Read(language, output, ""));

    private static ErrorReport? Read(string language, string output, string program) =>
        TestLanguage.For(language).ReadError(output.ReplaceLineEndings("\n"), program);
}
