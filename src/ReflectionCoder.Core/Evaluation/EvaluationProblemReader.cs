using System.Text.RegularExpressions;
using ReflectionCoder.Files;

namespace ReflectionCoder.Evaluation;

/// <summary>Reads the problems of a benchmark from JSONL or a JSON array. Thread-safe.</summary>
public static partial class EvaluationProblemReader
{
    /// <summary>Reads all problems of a file.</summary>
    /// <param name="path">The file; decompressed if its name ends in <c>.gz</c>.</param>
    /// <param name="format">Format of the file. The default value is <see cref="EvaluationFormat.Auto"/>.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The problems in the order of the file, at least one; their ids are unique.</returns>
    /// <exception cref="DataFormatException">The file doesn't have the format, holds no problem, or holds an id twice.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static async Task<IReadOnlyList<EvaluationProblem>> ReadAsync(
        string path,
        EvaluationFormat format = EvaluationFormat.Auto,
        CancellationToken cancellationToken = default
    )
    {
        var problems = new List<EvaluationProblem>();
        var known = new HashSet<string>();
        await foreach (JsonField record in JsonRecords.ReadAsync(path, cancellationToken).ConfigureAwait(false))
        {
            if (format == EvaluationFormat.Auto)
            {
                format = Detect(record);
            }

            EvaluationProblem problem = format switch
            {
                EvaluationFormat.HumanEval => ParseHumanEval(record),
                EvaluationFormat.Mbpp => ParseMbpp(record),
                EvaluationFormat.Tasks => ParseTask(record),
                _ => throw new ArgumentOutOfRangeException(nameof(format)),
            };
            problems.Add(known.Add(problem.TaskId) ? problem : throw record.LineError($"task id '{problem.TaskId}' comes twice"));
        }

        return problems.Count > 0 ? problems : throw new DataFormatException(path, 0, "holds no problem");
    }

    private static EvaluationFormat Detect(JsonField record) =>
        record.Holds("asserts") ? EvaluationFormat.Tasks
        : record.Holds("test_list") ? EvaluationFormat.Mbpp
        : record.Holds("entry_point") && record.Holds("test") ? EvaluationFormat.HumanEval
        : throw record.LineError(
            "the format is unknown: none of the fields 'asserts' (tasks), 'test_list' (MBPP), 'entry_point' with 'test' (HumanEval)"
        );

    private static EvaluationProblem ParseHumanEval(JsonField record)
    {
        if (record.Holds("plus_input"))
        {
            throw record.LineError(
                "this is EvalPlus's own format, whose 'test' lacks the added inputs; use the OriginFmt file of the same release"
            );
        }

        string prompt = record.GetText("prompt");
        string entryPoint = record.GetText("entry_point");
        return new EvaluationProblem
        {
            TaskId = record.GetText("task_id"),
            Instruction = $"Write a complete Python function for the problem.\n\n{prompt.Trim()}",
            ProgramPrefix = prompt,
            TestSetup = prompt,
            Test = $"{record.GetText("test")}\ncheck({entryPoint})\n",
            EntryPoints = [entryPoint],
            ReferenceSolution = record.GetText("canonical_solution"),
        };
    }

    private static EvaluationProblem ParseMbpp(JsonField record)
    {
        string text = record.GetText(record.Holds("text") ? "text" : "prompt").Trim();
        string code = record.GetText("code");
        IReadOnlyList<string> asserts = record.GetTexts("test_list");
        if (asserts.Count == 0)
        {
            throw record.LineError("field 'test_list' is empty");
        }

        string setup =
            record.Holds("test_imports") ? string.Join('\n', record.GetTexts("test_imports"))
            : record.Holds("test_setup_code") ? record.GetText("test_setup_code")
            : "";
        string test = record.Holds("test") ? record.GetText("test") : string.Join('\n', asserts);
        string[] entryPoints = [.. Definition().Matches(code).Select(match => match.Groups["name"].Value).Distinct().Where(IsCalled)];
        return new EvaluationProblem
        {
            TaskId = record.GetTaskId(),
            Instruction = $"{text}\nYour code should satisfy the following assertion:\n```python\n{asserts[0].Trim()}\n```",
            TestSetup = setup,
            Test = test + "\n",
            EntryPoints = entryPoints,
            ReferenceSolution = code,
        };

        // The reference solution also defines helpers. A solution needs only what the tests call.
        bool IsCalled(string name) =>
            asserts.Any(assert =>
                Regex.IsMatch(assert, $@"(?<![\w.]){Regex.Escape(name)}\s*\(", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5))
            );
    }

    private static EvaluationProblem ParseTask(JsonField record)
    {
        IReadOnlyList<string> asserts = record.GetTexts("asserts");
        return new EvaluationProblem
        {
            TaskId = record.GetText("task_id"),
            Instruction = record.GetText("instruction"),
            Test = asserts.Count > 0 ? string.Join('\n', asserts) + "\n" : throw record.LineError("field 'asserts' is empty"),
            EntryPoints = [record.GetText("entry_point")],
            ReferenceSolution = record.GetText("solution"),
            Split = record.Holds("split") ? record.GetText("split") : null,
        };
    }

    [GeneratedRegex(
        @"^(def|class)\s+(?<name>\w+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        5000
    )]
    private static partial Regex Definition();
}
