using System.Text.Json.Nodes;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation.Judging;

/// <summary>What a program reads, and what it must print.</summary>
/// <param name="Input">Standard input.</param>
/// <param name="Output">Standard output.</param>
public sealed record StandardInputCase(string Input, string Output);

/// <summary>Tests that run a program once for each case, and compare what it prints. The default rules are LiveCodeBench's.</summary>
/// <remarks>
/// <para>Outputs are compared line by line, without white space around the whole and around each line. Two lines are equal if their texts
/// are, or if their words are equal decimal numbers. The first case that fails ends the test.</para>
/// <para>The program never sees what it must print.</para>
/// </remarks>
public sealed record StandardInputTests : IProblemTests
{
    private const int LongestShown = 300;

    /// <inheritdoc/>
    public string Language { get; init; } = "python";

    /// <summary>Limits of one case. The default value is 6 s of processor time, 23 s of wall-clock time and 4 GiB of memory.</summary>
    public SandboxLimits DefaultLimits { get; init; } = LimitsFor(TimeSpan.FromSeconds(6));

    /// <summary>Python code that runs before the program, such as imports. The default value is empty.</summary>
    public string Prelude { get; init; } = "";

    /// <summary>The cases; at least one.</summary>
    public required IReadOnlyList<StandardInputCase> Cases { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Identity =>
        ["standard input 1", Program(""), .. Cases.SelectMany(test => new[] { test.Input, test.Output })];

    /// <inheritdoc/>
    public async Task<Verdict> JudgeAsync(
        string code,
        ICodeSandbox sandbox,
        SandboxLimits limits,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(code);
        ArgumentNullException.ThrowIfNull(sandbox);
        ArgumentNullException.ThrowIfNull(limits);
        using IPreparedProgram program = await sandbox
            .PrepareAsync(new SandboxProgram(Program(code), Language), cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        if (program.Failure is { } failure)
        {
            return Verdict.Of(failure, passed: false);
        }

        TimeSpan time = TimeSpan.Zero;
        foreach (StandardInputCase test in Cases)
        {
            SandboxResult run = await program.RunAsync(test.Input, limits, cancellationToken).ConfigureAwait(false);
            time += run.WallTime;
            string? difference = run.Outcome == SandboxOutcome.Passed ? OutputComparison.Difference(run.StandardOutput, test.Output) : null;
            if (run.Outcome != SandboxOutcome.Passed || difference is not null)
            {
                return Verdict.Of(run, passed: false) with
                {
                    Details = $"With the input {Shorten(test.Input)}:\n{difference ?? run.Message ?? run.StandardError}",
                    Expected = Shorten(test.Output),
                    Actual = run.Outcome == SandboxOutcome.Passed ? Shorten(run.StandardOutput) : null,
                    WallTime = time,
                };
            }
        }

        return new Verdict { Outcome = SandboxOutcome.Passed, WallTime = time };
    }

    /// <summary>Limits for a processor time of one case.</summary>
    internal static SandboxLimits LimitsFor(TimeSpan time) => EvaluatorOptions.LimitsFor(time) with { OutputBytes = 16 << 20 };

    /// <summary>
    /// The whole program. In Python, leaving with <c>exit</c> is a way to end like any other, whatever the exit code.
    /// </summary>
    private string Program(string code) =>
        Language == "python"
            ? $"{Prelude}\ntry:\n    exec(compile({JsonValue.Create(code).ToJsonString()}, '<solution>', 'exec'), globals())\n"
                + "except SystemExit:\n    pass\n"
            : code;

    private static string Shorten(string text) => text.Length <= LongestShown ? text : text[..LongestShown] + "…";
}
