using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation.Judging;

/// <summary>Runs a solution and its tests in two processes.</summary>
/// <remarks>
/// harness.py explains how. The tests' process prints a secret when all tests have passed. A new secret is drawn for every run, and the
/// solution's process doesn't know it. So a solution can't pretend to have passed: exit codes and other output don't count.
/// </remarks>
internal static class SeparatedJudge
{
    /// <summary>The program that runs both.</summary>
    public static string Harness { get; } = ReadHarness();

    /// <summary>Tests a solution.</summary>
    public static async Task<Verdict> JudgeAsync(
        PythonTests tests,
        string code,
        ICodeSandbox sandbox,
        SandboxLimits limits,
        CancellationToken cancellationToken
    )
    {
        string secret = RandomNumberGenerator.GetHexString(32, lowercase: true);
        string input = Join([tests.ProgramPrefix + code + "\n", tests.Setup, tests.Test, string.Join(' ', tests.EntryPoints), secret]);
        var program = new SandboxProgram(Harness, tests.Language, input);
        SandboxResult run = await sandbox.ExecuteAsync(program, limits, cancellationToken).ConfigureAwait(false);
        return Verdict.Of(run, run.Outcome == SandboxOutcome.Passed && run.StandardOutput.Trim() == secret);
    }

    /// <summary>Joins texts, each after its length, so that the parts can be told apart.</summary>
    private static string Join(IEnumerable<string> texts)
    {
        var joined = new StringBuilder();
        foreach (string text in texts)
        {
            joined.Append(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(text)}\n{text}");
        }

        return joined.ToString();
    }

    private static string ReadHarness()
    {
        const string Name = "ReflectionCoder.Evaluation.Judging.Harness.harness.py";
        using Stream stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream(Name)
            ?? throw new InvalidOperationException($"The assembly lacks its resource {Name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
