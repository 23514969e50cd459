using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation;

/// <summary>The program that tests one completion. It also reads the verdict from the program's output.</summary>
/// <remarks>
/// The completion and its tests run in two processes; Harness.py explains how. The tests' process prints a secret when all tests have
/// passed. A new secret is drawn for every run, and the completion's process doesn't know it. So a completion can't pretend to have passed:
/// exit codes and other output don't count.
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

    /// <summary>The program for the sandbox.</summary>
    public SandboxProgram Program { get; }

    /// <summary>Whether the tests have passed.</summary>
    public bool HasPassed(SandboxResult result) => result.Outcome == SandboxOutcome.Passed && result.StandardOutput.Trim() == secret;

    /// <summary>Hashes everything that decides the verdict. A stored result is used again only if its fingerprint is equal.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="completion">The code that is tested.</param>
    /// <param name="limits">The limits of the run.</param>
    /// <param name="sandbox">The type of the sandbox.</param>
    public static string Fingerprint(EvaluationProblem problem, string completion, SandboxLimits limits, Type sandbox) =>
        Hash([Harness, Language, .. Sections(problem, completion), AllOf(limits), sandbox.FullName ?? sandbox.Name]);

    /// <summary>Hashes everything that decides a generated completion: the generator, its prompt and how code is extracted.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="generator">The generator's name (<see cref="EvaluatorOptions.Generator"/>).</param>
    public static string RequestFingerprint(EvaluationProblem problem, string generator) =>
        Hash([generator, problem.Instruction, problem.AnswerPrefix, .. AnswerExtractor.Rules]);

    /// <summary>The texts that the harness reads, without the secret.</summary>
    private static string[] Sections(EvaluationProblem problem, string completion) =>
        [problem.ProgramPrefix + completion + "\n", problem.TestSetup, problem.Test, string.Join(' ', problem.EntryPoints)];

    /// <summary>All limits as text. A record's ToString holds every property, so one that is added later can't be forgotten here.</summary>
    private static string AllOf(SandboxLimits limits) => limits.ToString();

    private static string Hash(string[] texts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Join(texts))).AsSpan(0, 8));

    /// <summary>Joins texts, each after its length, so that the parts can be told apart.</summary>
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
