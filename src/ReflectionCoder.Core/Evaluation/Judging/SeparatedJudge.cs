using System.Security.Cryptography;
using System.Text.Json;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation.Judging;

/// <summary>Runs a solution and its tests in two processes.</summary>
/// <remarks>
/// separated.py explains how. The tests' process prints a secret and how the tests have ended. A new secret is drawn for every run, and the
/// solution's process doesn't know it. So a solution can't pretend to have passed: exit codes and other output don't count.
/// </remarks>
internal static class SeparatedJudge
{
    /// <summary>The program that runs both.</summary>
    public static string Harness => JudgeModules.Separated;

    /// <summary>Tests a solution.</summary>
    /// <returns>
    /// The verdict, and why the tests can't be decided in two processes; null if they are. The verdict on those is that the solution
    /// failed.
    /// </returns>
    public static async Task<(Verdict Verdict, string? Undecided)> JudgeAsync(
        PythonTests tests,
        string code,
        ICodeSandbox sandbox,
        SandboxLimits limits,
        CancellationToken cancellationToken
    )
    {
        string secret = RandomNumberGenerator.GetHexString(32, lowercase: true);
        string input = HarnessText.Sections([
            tests.ProgramPrefix + code + "\n",
            tests.Setup,
            tests.Test,
            string.Join(' ', tests.EntryPoints),
            secret,
        ]);
        var program = new SandboxProgram(Harness, tests.Language, input);
        SandboxResult run = await sandbox.ExecuteAsync(program, limits, cancellationToken).ConfigureAwait(false);
        return Read(run, secret);
    }

    /// <summary>Reads what the tests' process has written.</summary>
    /// <param name="run">The run.</param>
    /// <param name="secret">The run's secret.</param>
    /// <returns>
    /// The verdict, and why the tests can't be decided in two processes; null if they are. The verdict on those is that the solution
    /// failed.
    /// </returns>
    internal static (Verdict Verdict, string? Undecided) Read(SandboxResult run, string secret)
    {
        string[] words = run.StandardOutput.Trim().Split(' ', 3);
        string said = words.Length > 1 && words[0] == secret ? words[1] : "";
        string rest = words.Length > 2 ? words[2] : "";
        Verdict verdict = Verdict.Of(run, run.Outcome == SandboxOutcome.Passed && said == "passed");
        switch (said)
        {
            case "undecided":
                return (verdict with { Details = $"The solution and its tests can't be separated: {rest}" }, rest);
            case "failed" when ReadStrings(rest) is [string expected, string actual]:
                return (verdict with { Expected = expected, Actual = actual }, null);
            default:
                return (verdict, null);
        }
    }

    /// <summary>The strings of JSON that a text consists of, or null.</summary>
    private static List<string>? ReadStrings(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<List<string>>(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
