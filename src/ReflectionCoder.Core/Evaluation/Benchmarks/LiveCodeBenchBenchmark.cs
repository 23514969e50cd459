using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Evaluation.Answers;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Files;

namespace ReflectionCoder.Evaluation.Benchmarks;

/// <summary>
/// LiveCodeBench's code generation: <c>question_id, question_content, starter_code, public_test_cases, private_test_cases, metadata</c>.
/// The last three hold JSON as text; the hidden tests may be packed (<see cref="PickledText"/>).
/// </summary>
/// <remarks>
/// A problem whose metadata has a <c>func_name</c> is solved by a function, any other by a program that reads standard input. Limits,
/// prompts and comparisons are those of its harness, where a few rules differ: processor time counts; and a program runs as one, while the
/// harness makes a function of it, in which a few programs don't work.
/// </remarks>
internal sealed class LiveCodeBenchBenchmark : RecordBenchmark
{
    private const int LargestTests = 256 << 20;

    private const string Role =
        "You are an expert Python programmer. You will be given a question (problem specification) and will generate a correct Python "
        + "program that matches the specification and passes all tests.";
    private const string WithStarter =
        "You will use the following starter code to write the solution to the problem and enclose your code within delimiters.";
    private const string WithoutStarter =
        "Read the inputs from stdin solve the problem and write the answer to stdout (do not directly test on the sample inputs). Enclose "
        + "your code within delimiters as follows. Ensure that when the python program runs, it reads the inputs, runs the algorithm and "
        + "writes output to STDOUT.";

    /// <summary>The longest time for one test in the benchmark's own harness.</summary>
    private static readonly TimeSpan TestTime = TimeSpan.FromSeconds(6);

    /// <summary>The modules that a solution may use without importing them: all their names, then most of them by name.</summary>
    private static readonly string[] Starred =
    [
        "string",
        "re",
        "datetime",
        "collections",
        "heapq",
        "bisect",
        "copy",
        "math",
        "random",
        "statistics",
        "itertools",
        "functools",
        "operator",
        "io",
        "sys",
        "json",
        "builtins",
        "typing",
    ];

    private static readonly string Prelude = string.Concat([
        .. Starred.Select(module => $"from {module} import *\n"),
        .. Starred.Except(["builtins", "typing"]).Select(module => $"import {module}\n"),
        "sys.setrecursionlimit(50000)\n\n\n",
    ]);

    public override string Name => "livecodebench";

    protected override EvaluationProblem Parse(JsonField record)
    {
        string starter = record.Text("starter_code", "");
        return new EvaluationProblem
        {
            TaskId = record.GetText("question_id"),
            Instruction = $"{Role}\n\n{Question(record.GetText("question_content"), starter)}",
            AnswerPrefix = "",
            Extractor = new LastBlockExtractor(),
            Tests = TestsOf(record),
        };
    }

    private static string Question(string content, string starter) =>
        $"### Question:\n{content}\n\n"
        + (
            starter.Length > 0
                ? $"### Format: {WithStarter}\n```python\n{starter}\n```\n\n"
                : $"### Format: {WithoutStarter}\n```python\n# YOUR CODE HERE\n```\n\n"
        )
        + "### Answer: (use the provided format with backticks)\n\n";

    private static IProblemTests TestsOf(JsonField record)
    {
        List<(string Input, string Output)> cases =
        [
            .. Cases(record, "public_test_cases", record.GetText("public_test_cases")),
            .. Cases(record, "private_test_cases", Hidden(record)),
        ];
        if (cases.Count == 0)
        {
            throw record.Error("public_test_cases", "holds no test, and neither does 'private_test_cases'");
        }

        return FunctionName(record) is { } function
            ? FunctionTestsOf(record, function, cases)
            : new StandardInputTests
            {
                Prelude = Prelude,
                Cases = [.. cases.Select(test => new StandardInputCase(test.Input, test.Output))],
                DefaultLimits = StandardInputTests.LimitsFor(TestTime),
            };
    }

    private static FunctionTests FunctionTestsOf(JsonField record, string function, List<(string Input, string Output)> cases)
    {
        foreach ((string input, string output) in cases)
        {
            foreach (string json in (IEnumerable<string>)[.. input.Split('\n'), output])
            {
                ParseJson(record, "private_test_cases", json).Dispose();
            }
        }

        return new FunctionTests
        {
            ProgramPrefix = Prelude,
            EntryPoint = function,
            MayBeMethod = true,
            BaseInputs = ListOf(cases.Select(test => test.Input)),
            ExpectedOutputs = ListOf(cases.Select(test => test.Output)),
            Rules = new FunctionRules
            {
                Oracle = FunctionOracle.Json,
                FloatTolerance = 0,
                InputTime = TestTime,
                ReferenceTimeFactor = 0,
                PartTime = cases.Count * (TestTime + TimeSpan.FromSeconds(1)),
            },
            DefaultLimits = FunctionTests.LimitsFor((cases.Count * (TestTime + TimeSpan.FromSeconds(1))) + TimeSpan.FromSeconds(30)),
        };
    }

    private static string ListOf(IEnumerable<string> texts) =>
        new JsonArray([.. texts.Select(text => (JsonNode)JsonValue.Create(text)!)]).ToJsonString();

    private static string? FunctionName(JsonField record)
    {
        if (!record.Holds("metadata"))
        {
            return null;
        }

        using JsonDocument metadata = ParseJson(record, "metadata", record.GetText("metadata"));
        return
            metadata.RootElement.ValueKind == JsonValueKind.Object
            && metadata.RootElement.TryGetProperty("func_name", out JsonElement name)
            && name.ValueKind == JsonValueKind.String
            ? name.GetString()
            : null;
    }

    /// <summary>The hidden tests, as JSON, or packed if they aren't.</summary>
    private static string Hidden(JsonField record)
    {
        const string Field = "private_test_cases";
        string text = record.GetText(Field);
        if (text.AsSpan().TrimStart().StartsWith('['))
        {
            return text;
        }

        try
        {
            return PickledText.Read(text, LargestTests);
        }
        catch (FormatException e)
        {
            throw record.Error(Field, $"is neither a JSON array nor a packed one: it {Describe(e)}.");
        }
    }

    private static string Describe(FormatException exception) =>
        exception.Message.StartsWith("is ", StringComparison.Ordinal) || exception.Message.StartsWith("holds ", StringComparison.Ordinal)
            ? exception.Message
            : "is not base64";

    private static List<(string Input, string Output)> Cases(JsonField record, string field, string json)
    {
        using JsonDocument document = ParseJson(record, field, json);
        var cases = new List<(string, string)>();
        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            throw record.Error(field, "must hold a JSON array");
        }

        foreach (JsonElement test in document.RootElement.EnumerateArray())
        {
            cases.Add((TextOf(test, "input"), TextOf(test, "output")));
        }

        return cases;

        string TextOf(JsonElement test, string name) =>
            test.ValueKind == JsonValueKind.Object
            && test.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String
                ? value.GetString()!
                : throw record.Error(field, $"test {cases.Count}: '{name}' must be text");
    }

    private static JsonDocument ParseJson(JsonField record, string field, string json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new DataFormatException(record.Path, record.Line, field, $"holds no JSON: {e.Message}", e);
        }
    }
}
