using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation;

/// <summary>The program that tests one completion, and how its verdict is read.</summary>
/// <remarks>
/// The completion and its tests run in two processes (Harness.py says how). Only the tests' process knows the secret, drawn anew for every
/// run, that it prints once all tests have passed; neither exit codes nor other output count.
/// </remarks>
internal sealed class EvaluationProgram
{
    private static readonly string Harness = ReadHarness();

    private readonly string _secret = RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>Builds the program.</summary>
    public EvaluationProgram(EvaluationProblem problem, string completion)
    {
        var sections = new StringBuilder();
        foreach (string section in (ReadOnlySpan<string>)
            [problem.ProgramPrefix + completion + "\n", problem.TestSetup, problem.Test, string.Join(' ', problem.EntryPoints), _secret])
        {
            sections.Append(Encoding.UTF8.GetByteCount(section)).Append('\n').Append(section);
        }

        Program = new SandboxProgram(Harness, "python", sections.ToString());
    }

    /// <summary>What the sandbox runs.</summary>
    public SandboxProgram Program { get; }

    /// <summary>Whether the tests have passed.</summary>
    public bool HasPassed(SandboxResult result) => result.Outcome == SandboxOutcome.Passed && result.StandardOutput.Trim() == _secret;

    /// <summary>Names what is tested and by which tests, so that a result isn't taken for another's.</summary>
    public static string Fingerprint(EvaluationProblem problem, string completion)
    {
        string tested = string.Join('\0', problem.ProgramPrefix, completion, problem.TestSetup, problem.Test);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(tested)).AsSpan(0, 8));
    }

    private static string ReadHarness()
    {
        const string Name = "ReflectionCoder.Evaluation.Harness.py";
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Name)
            ?? throw new InvalidOperationException($"The assembly lacks its resource {Name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
