using System.Text.RegularExpressions;
using ReflectionCoder.Construction.Programs;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction;

/// <summary>One run of a program with a task's tests. Immutable.</summary>
public sealed partial class TaskExecution
{
    private readonly TestProgram tests;

    internal TaskExecution(TestProgram tests, string program, SandboxResult result)
    {
        this.tests = tests;
        Program = program;
        Result = result;
    }

    /// <summary>The source that was run: the program, then the tests. It is the content of the code block.</summary>
    public string Program { get; }

    /// <summary>How the run ended.</summary>
    public SandboxResult Result { get; }

    /// <summary>Whether all tests passed.</summary>
    public bool Passed => Result.Outcome == SandboxOutcome.Passed;

    /// <summary>
    /// What the program printed: standard output, then standard error, which holds the traceback. If it wasn't compiled, what the compiler
    /// printed. It is the content of the execution block.
    /// White space is kept. Each of the two parts has at most <see cref="SandboxLimits.OutputBytes"/> bytes;
    /// <see cref="SandboxResult.OutputTruncated"/> says whether something is missing.
    /// </summary>
    public string Output => Result.StandardOutput + Result.StandardError;

    /// <summary>
    /// Whether <see cref="Output"/> shows a memory address, such as <c>0x7f12ab34cd56</c>. Another run would show another address, and a
    /// model can't learn anything from it.
    /// </summary>
    public bool ShowsAddress => Address().IsMatch(Output);

    /// <summary>
    /// The parts of the traceback or of the compiler's error; null if the run passed, or <see cref="Output"/> holds none that can be read.
    /// Those of Python, JavaScript, TypeScript and C# can be read.
    /// </summary>
    public ErrorReport? Error =>
        Passed ? null
        : Result.Outcome == SandboxOutcome.CompileError ? tests.Language.ReadError(Output, Program) // tsc prints to standard output
        : tests.Language.ReadError(Result.StandardError, Program);

    /// <summary>
    /// The run as two blocks of a reflection sequence: a code block with the program, then an execution block with its output.
    /// </summary>
    public IReadOnlyList<Block> Blocks => [new Block(BlockType.Code, Program), new Block(BlockType.Execution, Output)];

    /// <summary>How a run that failed ended, in a line: what the sandbox says, the error, or else the last line that was printed.</summary>
    internal string Ending =>
        Result.Message
        ?? Error?.Headline
        ?? Output.TrimEnd().Split('\n')[^1] switch
        {
            "" => Result.Outcome.ToString(),
            string line => line,
        };

    /// <summary>The language of the program.</summary>
    internal TestLanguage Language => tests.Language;

    /// <summary>The tests of the program, and what stands around them.</summary>
    internal TestProgram Tests => tests;

    /// <summary>
    /// The value that the program printed for the call of an assert; null if it failed before that, or doesn't show the call.
    /// </summary>
    internal string? PrintedValue(string assert) => tests.PrintedValue(assert, Result.StandardOutput);

    /// <summary>
    /// Which of the statements after the attempt an error came from; -1 if it isn't known, or none ran: a program that can't be read may
    /// show its error far behind the mistake, up to its last line.
    /// </summary>
    internal int FailedStatement(ErrorReport report)
    {
        string failed = report.Statement.Trim();
        return failed.Length == 0 || report.IsSyntaxError
            ? -1
            : tests.Statements.ToList().FindIndex(statement => statement.Trim() == failed);
    }

    /// <summary>How many tests had passed before one failed; 0 if it isn't known.</summary>
    internal int PassedTests(ErrorReport report) => Math.Max(0, FailedStatement(report) - tests.ShownCalls);

    [GeneratedRegex(@"0x[0-9a-fA-F]{6,}", RegexOptions.None, 1000)]
    private static partial Regex Address();
}
