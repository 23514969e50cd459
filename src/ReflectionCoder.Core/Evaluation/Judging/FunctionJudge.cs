using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation.Judging;

/// <summary>Calls a solution's function in one process and judges its outputs in another. functions.py explains how.</summary>
internal static class FunctionJudge
{
    private const string NeedsNumpy = "The tests need numpy, which the sandbox's Python lacks: apt-get install python3-numpy.";

    /// <summary>Of a reference solution, which may take long, and may say much.</summary>
    private static readonly SandboxLimits ReferenceLimits = FunctionTests.LimitsFor(TimeSpan.FromSeconds(300)) with
    {
        OutputBytes = 256 << 20,
    };

    /// <summary>The module that runs both.</summary>
    public static KeyValuePair<string, string> Module { get; } =
        HarnessText.Module("judge_of_functions", HarnessText.Program("pipes.py", "codec.py", "values.py", "rules.py", "functions.py"));

    /// <summary>The program that runs the module.</summary>
    public static string Harness { get; } = HarnessText.Run(Module);

    /// <summary>Tests a solution.</summary>
    public static async Task<Verdict> JudgeAsync(
        FunctionTests tests,
        string code,
        ICodeSandbox sandbox,
        SandboxLimits limits,
        CancellationToken cancellationToken
    )
    {
        string expected = "";
        if (tests.ExpectedOutputs is null)
        {
            (expected, Verdict? failure) = await ReferenceOutputs.OfAsync(tests, sandbox, cancellationToken).ConfigureAwait(false);
            if (failure is not null)
            {
                return failure;
            }
        }

        // A new secret is drawn for every run. The solution's process doesn't know it, nor can it reach the output.
        string secret = RandomNumberGenerator.GetHexString(32, lowercase: true);
        string[] parts = PartsOf(tests);
        string input = HarnessText.Sections([
            parts.Length.ToString(CultureInfo.InvariantCulture),
            tests.ProgramPrefix + code,
            TaskOf(tests, expected, secret),
            .. parts,
        ]);
        SandboxResult run = await sandbox
            .ExecuteAsync(new SandboxProgram(Harness, tests.Language, input), limits, cancellationToken)
            .ConfigureAwait(false);
        return Read(run, secret, parts.Length);
    }

    /// <summary>Runs the reference solution; gives its outputs, or why there are none.</summary>
    public static async Task<(string Outputs, Verdict? Failure)> RunReferenceAsync(
        FunctionTests tests,
        ICodeSandbox sandbox,
        CancellationToken cancellationToken
    )
    {
        string reference =
            tests.ReferenceSolution
            ?? throw new InvalidOperationException("The tests have neither a reference solution nor expected outputs.");
        string input = HarnessText.Sections(["0", tests.ProgramPrefix + reference, TaskOf(tests, "", ""), .. PartsOf(tests)]);
        SandboxResult run = await sandbox
            .ExecuteAsync(new SandboxProgram(Harness, tests.Language, input), ReferenceLimits, cancellationToken)
            .ConfigureAwait(false);
        string outputs = run.StandardOutput.Trim();
        return NotRun.Is(run.Outcome) ? ("", Verdict.Of(run, passed: false))
            : outputs == "numpy" ? ("", Missing(run))
            : run.Outcome == SandboxOutcome.Passed && !run.OutputTruncated && outputs.Length > 0 ? (outputs, null)
            : (
                "",
                new Verdict
                {
                    Outcome = SandboxOutcome.SandboxFailure,
                    Details = $"The problem's reference solution ended as {run.Outcome}: {run.Message ?? run.StandardError}",
                    WallTime = run.WallTime,
                }
            );
    }

    private static string[] PartsOf(FunctionTests tests) =>
        tests.PlusInputs is null ? [tests.BaseInputs] : [tests.BaseInputs, tests.PlusInputs];

    private static string TaskOf(FunctionTests tests, string expected, string secret)
    {
        FunctionRules rules = tests.Rules;
        var task = new JsonObject
        {
            ["entry"] = tests.EntryPoint,
            ["method"] = tests.MayBeMethod,
            ["lines"] = tests.ExpectedOutputs is not null,
            ["forms"] = new JsonArray([.. tests.ArgumentForms.Select(form => (JsonNode)NameOf(form))]),
            ["oracle"] = NameOf(rules.Oracle),
            ["atol"] = rules.AbsoluteTolerance,
            ["rtol"] = rules.RelativeTolerance,
            ["float_atol"] = rules.FloatTolerance,
            ["seconds"] = rules.InputTime.TotalSeconds,
            ["factor"] = rules.ReferenceTimeFactor,
            ["total"] = rules.PartTime.TotalSeconds,
            ["parts"] = tests.PlusInputs is null ? 1 : 2,
            ["reference"] = tests.ProgramPrefix + tests.ReferenceSolution,
            ["answers"] = tests.ExpectedOutputs,
            ["expected"] = expected,
            ["secret"] = secret,
        };
        return task.ToJsonString();
    }

    /// <summary>Makes the verdict of what the judge's process printed: a line for each part, up to the first that isn't passed.</summary>
    private static Verdict Read(SandboxResult run, string secret, int parts)
    {
        List<JsonElement> lines = [];
        foreach (string text in run.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                using JsonDocument line = JsonDocument.Parse(text);
                if (Text(line.RootElement, "secret") == secret)
                {
                    lines.Add(line.RootElement.Clone());
                }
            }
            catch (JsonException)
            {
                // cut off because a limit was reached
            }
        }

        bool?[] passed =
        [
            .. Enumerable.Range(0, parts).Select(part => lines.Count > part ? Text(lines[part], "outcome") == "passed" : (bool?)null),
        ];
        bool all = run.Outcome == SandboxOutcome.Passed && Array.TrueForAll(passed, part => part == true);
        JsonElement? last = lines.Count > 0 ? lines[^1] : null;
        string outcome = last is { } said ? Text(said, "outcome") ?? "" : "";
        if (outcome == "numpy")
        {
            return Missing(run);
        }

        Verdict verdict = Verdict.Of(run, all) with { BasePassed = parts > 1 ? passed[0] ?? false : null };
        if (all || run.Outcome != SandboxOutcome.Passed || last is not { } failed)
        {
            return verdict;
        }

        string message = Text(failed, "message") ?? "";
        return verdict with
        {
            Outcome = outcome switch
            {
                "cpu" => SandboxOutcome.CpuTimeExceeded,
                "wall" => SandboxOutcome.WallTimeExceeded,
                "crashed" => SandboxOutcome.Crashed,
                _ => SandboxOutcome.Failed,
            },
            Details = Text(failed, "input") is { } input ? $"With the input {input}:\n{message}" : message,
            Expected = Text(failed, "expected"),
            Actual = Text(failed, "actual"),
        };
    }

    private static Verdict Missing(SandboxResult run) =>
        new()
        {
            Outcome = SandboxOutcome.ToolchainMissing,
            Details = NeedsNumpy,
            WallTime = run.WallTime,
        };

    private static string? Text(JsonElement line, string name) =>
        line.ValueKind == JsonValueKind.Object
        && line.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static string NameOf(FunctionOracle oracle) =>
        oracle switch
        {
            FunctionOracle.Anything => "any",
            FunctionOracle.EqualOrZero => "zero",
            FunctionOracle.SurfaceArea => "surface-area",
            FunctionOracle.DigitDistance => "digit-distance",
            FunctionOracle.SameElements => "set",
            FunctionOracle.NotNone => "not-none",
            FunctionOracle.Root => "root",
            FunctionOracle.Json => "call",
            _ => "equal",
        };

    private static string NameOf(ArgumentForm form) =>
        form switch
        {
            ArgumentForm.FloatingPoint => "float",
            ArgumentForm.Complex => "complex",
            ArgumentForm.Tuple => "tuple",
            ArgumentForm.Tuples => "tuples",
            ArgumentForm.TupleOfTuples => "tuple-of-tuples",
            ArgumentForm.TupleOfListsAsTuples => "tuple-of-lists-as-tuples",
            ArgumentForm.DeepTuples => "deep-tuples",
            ArgumentForm.Sets => "sets",
            ArgumentForm.DictionaryOfTuples => "dict-of-tuples",
            _ => "as-is",
        };
}
