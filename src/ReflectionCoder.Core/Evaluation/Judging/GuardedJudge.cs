using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation.Judging;

/// <summary>Runs a solution and its tests in one process, for tests that need that, and doubts what it hears.</summary>
/// <remarks>
/// <para>
/// One process can't protect its memory: a solution can read what its tests expect and return it, or change what compares. But it can't
/// tell true expectations from false ones unless it knows the answers. So a solution passes only if it passes the tests and also fails
/// controls: the same tests in which one expectation was changed, at random. It must fail there by the changed assertion, in the same turn
/// of its loop. A solution that satisfies whatever the tests say passes a control, and so fails.
/// </para>
/// <para>
/// Every run is a program of its own in the sandbox, and the order is random, so a run can't tell which one it is. A program that guesses
/// has to pass the true tests and, in each control, name the one assertion that was changed: with n of them that can be changed it succeeds
/// with a probability of at most 0.11 / n³. If n is 1, the true tests run as often as the controls, which leaves 1 / 64.
/// </para>
/// <para>
/// Two weaknesses remain. A program that solves the task for some arguments and satisfies the tests for the others is found out only if a
/// control changes one of the others: where it cheats in k of n assertions, it escapes with a probability of about (1 - k/n)³. And a change
/// can be recognised where assertions have no literals, such as <c>abs(f(x)) &lt; 1</c>: their opposites look strange, and so may a result
/// that is rounded or cut. So tests belong here only if two processes can't run them.
/// </para>
/// <para>
/// controls.py finds what can be changed. The reference solution, where there is one, must fail at a change, or it isn't used. Without a
/// reference only changes that are certain from the text count. If nothing can be changed, no solution passes: a verdict that any program
/// could have forged is worth nothing.
/// </para>
/// </remarks>
internal static class GuardedJudge
{
    /// <summary>How many controls a solution has to fail.</summary>
    private const int Controls = 3;

    /// <summary>How many controls are prepared for a task. Each verdict draws from them, so that one tells less about the next.</summary>
    private const int PreparedControls = 6;

    /// <summary>Preparation runs the reference solution twice for each control, and for some kinds of change until one fits.</summary>
    private const int PreparationFactor = 20;

    /// <summary>What the harness needs to read and compile tests, which may be long, is no time of the solution's.</summary>
    private static readonly TimeSpan TimePerCharacter = TimeSpan.FromMicroseconds(10);

    /// <summary>What guarded_prepare.py says of tests without expectations.</summary>
    private const string NothingToChange = "no expectation of the tests can be changed";

    /// <summary>The preparation of each task, while its tests are in use.</summary>
    private static readonly ConditionalWeakTable<PythonTests, Preparation> Preparations = [];

    /// <summary>The program that runs solutions.</summary>
    private static readonly string Runner = HarnessText.Program("pipes.py", "guarded_changes.py", "guarded.py", "guarded_run.py");

    /// <summary>The program that prepares controls.</summary>
    private static readonly string Preparer = HarnessText.Program(
        "pipes.py",
        "guarded_changes.py",
        "guarded.py",
        "control_values.py",
        "controls.py",
        "guarded_prepare.py"
    );

    /// <summary>The programs that decide a verdict.</summary>
    public static IReadOnlyList<string> Harness { get; } = [Runner, Preparer];

    /// <summary>Whether tests touch state that two processes don't share, so that only one process runs them as they are meant.</summary>
    /// <param name="tests">The tests. No solution is looked at, or it could choose its judge.</param>
    public static bool NeedsOneProcess(PythonTests tests) =>
        Preparations.GetOrAdd(tests, static key => new Preparation(key)).NeedsOneProcess.Value;

    /// <summary>Tests a solution.</summary>
    public static async Task<Verdict> JudgeAsync(
        PythonTests tests,
        string code,
        ICodeSandbox sandbox,
        SandboxLimits limits,
        CancellationToken cancellationToken
    )
    {
        Preparation preparation = Preparations.GetOrAdd(tests, static key => new Preparation(key));
        (string[] prepared, string reason) = await preparation.GetAsync(sandbox, limits, cancellationToken).ConfigureAwait(false);
        string?[] runs = DrawRuns(prepared);
        RandomNumberGenerator.Shuffle(runs.AsSpan());
        var wallTime = TimeSpan.Zero;
        Verdict? passed = null;
        string doubt = prepared.Length == 0 ? $"The solution can't be judged in one process: {reason}." : "";
        foreach (string? control in runs)
        {
            if (control is null)
            {
                Verdict verdict = await RunTestsAsync().ConfigureAwait(false);
                if (!verdict.Passed)
                {
                    return verdict;
                }

                passed = verdict;
                continue;
            }

            SandboxResult run = await RunAsync("!" + control).ConfigureAwait(false);
            if (NotRun.Is(run.Outcome))
            {
                return Complete(Verdict.Of(run, false));
            }

            doubt =
                run.StandardOutput == "changed" ? ""
                : run.StandardOutput == "passed" ? "The solution passed tests whose expectation had been changed."
                : "The solution didn't fail in the assertion whose expectation had been changed.";
            if (doubt.Length > 0)
            {
                break;
            }
        }

        // What the true tests say of a wrong solution is of more use than that it also failed a control in another place.
        passed ??= await RunTestsAsync().ConfigureAwait(false);
        return doubt.Length == 0 || !passed.Passed
            ? passed with
            {
                WallTime = wallTime,
            }
            : Complete(new Verdict { Outcome = SandboxOutcome.Failed, Details = doubt });

        async Task<Verdict> RunTestsAsync()
        {
            SandboxResult run = await RunAsync(prepared.Length == 0 ? "null" : prepared[RandomNumberGenerator.GetInt32(prepared.Length)])
                .ConfigureAwait(false);
            return Complete(Verdict.Of(run, run.StandardOutput == "passed"));
        }

        async Task<SandboxResult> RunAsync(string change)
        {
            SandboxResult run = await ExecuteAsync(Runner, tests, code, [change], sandbox, limits, cancellationToken).ConfigureAwait(false);
            wallTime += run.WallTime;
            return run;
        }

        Verdict Complete(Verdict verdict) => verdict with { OneProcess = true, WallTime = wallTime };
    }

    /// <summary>The runs of one verdict: controls, and null for the true tests.</summary>
    private static string?[] DrawRuns(string[] prepared)
    {
        if (prepared.Length == 0)
        {
            return [null];
        }

        string[] shuffled = [.. prepared];
        RandomNumberGenerator.Shuffle(shuffled.AsSpan());
        // One of each kind first: what fools one kind of change may not fool another.
        string[] mixed =
        [
            .. shuffled
                .GroupBy(KindOf)
                .SelectMany(group => group.Select((control, turn) => (control, turn)))
                .OrderBy(entry => entry.turn)
                .Select(entry => entry.control),
        ];
        int places = prepared.Select(PlaceOf).Distinct().Count();
        return
        [
            .. Enumerable.Range(0, Controls).Select(index => mixed[index % mixed.Length]),
            .. Enumerable.Repeat<string?>(null, places == 1 ? Controls : 1),
        ];
    }

    private static string KindOf(string control) => Field(control, "kind");

    private static string PlaceOf(string control) => Field(control, "lines") + Field(control, "count");

    private static string Field(string control, string name)
    {
        using JsonDocument document = JsonDocument.Parse(control);
        return document.RootElement.GetProperty(name).GetRawText();
    }

    /// <summary>Runs a harness. Standard output is what it says after the secret, or empty if it didn't say that.</summary>
    private static async Task<SandboxResult> ExecuteAsync(
        string harness,
        PythonTests tests,
        string code,
        IEnumerable<string> more,
        ICodeSandbox sandbox,
        SandboxLimits limits,
        CancellationToken cancellationToken
    )
    {
        string secret = RandomNumberGenerator.GetHexString(32, lowercase: true);
        string[] sections = [tests.ProgramPrefix + code + "\n", tests.Setup, tests.Test, string.Join(' ', tests.EntryPoints)];
        string input = HarnessText.Sections([.. sections, .. more, secret]);
        SandboxLimits longer = Extend(limits, 1, tests.Test.Length * TimePerCharacter);
        SandboxResult run = await sandbox
            .ExecuteAsync(new SandboxProgram(harness, tests.Language, input), longer, cancellationToken)
            .ConfigureAwait(false);
        bool told = run.Outcome == SandboxOutcome.Passed && run.StandardOutput.StartsWith(secret, StringComparison.Ordinal);
        return run with { StandardOutput = told ? run.StandardOutput[secret.Length..] : "" };
    }

    private static SandboxLimits Extend(SandboxLimits limits, int factor, TimeSpan more)
    {
        return limits with { CpuTime = Longer(limits.CpuTime), WallTime = Longer(limits.WallTime) };

        TimeSpan Longer(TimeSpan time) => TimeSpan.FromTicks(Math.Min(((time * factor) + more).Ticks, TimeSpan.TicksPerDay));
    }

    /// <summary>What is found out once about the tests of a task.</summary>
    private sealed class Preparation(PythonTests tests)
    {
        private readonly Lock gate = new();
        private Task<(string[] Controls, string Reason)>? finding;

        public Lazy<bool> NeedsOneProcess { get; } = new(() => ProcessWideState.IsTouchedBy(tests));

        /// <summary>The controls, or why there are none.</summary>
        public Task<(string[] Controls, string Reason)> GetAsync(
            ICodeSandbox sandbox,
            SandboxLimits limits,
            CancellationToken cancellationToken
        )
        {
            lock (gate)
            {
                // What kept controls from being prepared may have been the sandbox, or a busy machine.
                bool failed = finding is { IsCompleted: true } && (!finding.IsCompletedSuccessfully || IsTransient(finding.Result));
                // Others may wait for the same, so who gives up doesn't cancel it.
                finding = finding is null || failed ? FindAsync(sandbox, limits, CancellationToken.None) : finding;
                return finding.WaitAsync(cancellationToken);
            }
        }

        private static bool IsTransient((string[] Controls, string Reason) result) =>
            result.Controls.Length == 0 && result.Reason != NothingToChange;

        private async Task<(string[] Controls, string Reason)> FindAsync(
            ICodeSandbox sandbox,
            SandboxLimits limits,
            CancellationToken cancellationToken
        )
        {
            SandboxLimits larger = Extend(limits, PreparationFactor, TimeSpan.Zero) with { OutputBytes = 4 << 20 };
            // A reference solution that is too slow, or ends the process, is as good as none.
            SandboxResult? run = null;
            foreach (string? reference in new[] { tests.ReferenceSolution, null }.Distinct())
            {
                string[] more = [reference is null ? "" : "reference", tests.ProgramPrefix + tests.Setup, $"{PreparedControls}"];
                run = await ExecuteAsync(Preparer, tests, reference ?? "", more, sandbox, larger, cancellationToken).ConfigureAwait(false);
                if (run.StandardOutput.Length > 0)
                {
                    using JsonDocument document = JsonDocument.Parse(run.StandardOutput);
                    string[] controls =
                    [
                        .. document.RootElement.GetProperty("controls").EnumerateArray().Select(item => item.GetRawText()),
                    ];
                    return (controls, document.RootElement.GetProperty("reason").GetString() ?? "");
                }
            }

            return ([], $"its controls weren't prepared ({run!.Message ?? run.Outcome.ToString()})");
        }
    }
}
