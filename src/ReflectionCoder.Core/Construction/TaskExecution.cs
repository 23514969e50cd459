using System.Text.RegularExpressions;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction;

/// <summary>One run of a program with a task's tests.</summary>
public sealed partial class TaskExecution
{
    private readonly TestProgram tests;

    internal TaskExecution(TestProgram tests, string program, SandboxResult result)
    {
        this.tests = tests;
        Program = program;
        Result = result;
    }

    /// <summary>What was run: the program, then the tests. The content of a code block.</summary>
    public string Program { get; }

    /// <summary>How the run ended.</summary>
    public SandboxResult Result { get; }

    /// <summary>Whether all tests passed.</summary>
    public bool Passed => Result.Outcome == SandboxOutcome.Passed;

    /// <summary>
    /// What a terminal would show at the end: standard output, then the traceback. The content of an execution block: nothing is trimmed,
    /// paths are those inside the sandbox, and either part is at most <see cref="SandboxLimits.OutputBytes"/> long
    /// (<see cref="SandboxResult.OutputTruncated"/> tells whether some is missing).
    /// </summary>
    public string Output => Result.StandardOutput + Result.StandardError;

    /// <summary>
    /// Whether <see cref="Output"/> shows a memory address, such as <c>0x7f12ab34cd56</c>. Another run would show another address, and a
    /// model can't learn anything from it.
    /// </summary>
    public bool ShowsAddress => Address().IsMatch(Output);

    /// <summary>What the traceback says; null where standard error holds none.</summary>
    public PythonErrorReport? Error => PythonErrorReport.Parse(Result.StandardError);

    /// <summary>The run in a reflection sequence: the program as a code block, and what it printed as an execution block.</summary>
    public IReadOnlyList<Block> Blocks => [new Block(BlockType.Code, Program), new Block(BlockType.Execution, Output)];

    /// <summary>The value that the program printed for an assert's call, where it printed one before it failed.</summary>
    internal string? PrintedValue(string assert) => tests.PrintedValue(assert, Result.StandardOutput);

    [GeneratedRegex(@"0x[0-9a-fA-F]{6,}", RegexOptions.None, 1000)]
    private static partial Regex Address();
}
