using System.Globalization;
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
    private const string Language = "python";

    private static readonly string Harness = ReadHarness();

    private readonly string secret = RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>Builds the program.</summary>
    public EvaluationProgram(EvaluationProblem problem, string completion)
    {
        Program = new SandboxProgram(Harness, Language, Join([.. Sections(problem, completion), secret]));
    }

    /// <summary>What the sandbox runs.</summary>
    public SandboxProgram Program { get; }

    /// <summary>Whether the tests have passed.</summary>
    public bool HasPassed(SandboxResult result) => result.Outcome == SandboxOutcome.Passed && result.StandardOutput.Trim() == secret;

    /// <summary>Names all that decides the verdict, so that no result is taken for another's.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="completion">What answers it.</param>
    /// <param name="limits">The bounds of the run.</param>
    /// <param name="sandbox">What kind of sandbox runs it.</param>
    public static string Fingerprint(EvaluationProblem problem, string completion, SandboxLimits limits, Type sandbox) =>
        Hash([Harness, Language, .. Sections(problem, completion), AllOf(limits), sandbox.FullName ?? sandbox.Name]);

    /// <summary>Names all that decides what a generator is asked and what is taken of its answer.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="generator">What the generator is (<see cref="EvaluatorOptions.Generator"/>).</param>
    public static string RequestFingerprint(EvaluationProblem problem, string generator) =>
        Hash([generator, problem.Instruction, problem.AnswerPrefix, .. AnswerExtractor.Rules]);

    /// <summary>What the harness reads, the secret left out.</summary>
    private static string[] Sections(EvaluationProblem problem, string completion) =>
        [problem.ProgramPrefix + completion + "\n", problem.TestSetup, problem.Test, string.Join(' ', problem.EntryPoints)];

    /// <summary>A record's text names every property, one that is added later too.</summary>
    private static string AllOf(SandboxLimits limits) => limits.ToString();

    private static string Hash(string[] texts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Join(texts))).AsSpan(0, 8));

    /// <summary>Each text behind its length, so that none runs into the next.</summary>
    private static string Join(string[] texts)
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
        const string Name = "ReflectionCoder.Evaluation.Harness.py";
        using Stream stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream(Name)
            ?? throw new InvalidOperationException($"The assembly lacks its resource {Name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
