using System.Text.RegularExpressions;
using ReflectionCoder.Files;

namespace ReflectionCoder.Evaluation;

/// <summary>Reads benchmark problems from JSONL, gzipped JSONL or a JSON array.</summary>
public static partial class EvaluationProblemReader
{
    /// <summary>Reads all problems of a file, in its order.</summary>
    /// <param name="path">The file; read as gzip when its name ends in <c>.gz</c>.</param>
    /// <param name="format">Its format.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The problems, at least one; their ids are unique.</returns>
    /// <exception cref="DataFormatException">The file isn't of that format, holds no problem or one twice.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static async Task<IReadOnlyList<EvaluationProblem>> ReadAsync(
        string path, EvaluationFormat format = EvaluationFormat.Auto, CancellationToken cancellationToken = default)
    {
        var problems = new List<EvaluationProblem>();
        var known = new HashSet<string>();
        await foreach (JsonLine line in JsonLines.ReadAsync(path, cancellationToken).ConfigureAwait(false))
        {
            if (format == EvaluationFormat.Auto)
            {
                format = Detect(line);
            }

            EvaluationProblem problem = format switch
            {
                EvaluationFormat.HumanEval => ParseHumanEval(line),
                EvaluationFormat.Mbpp => ParseMbpp(line),
                EvaluationFormat.Tasks => ParseTask(line),
                _ => throw new ArgumentOutOfRangeException(nameof(format)),
            };
            problems.Add(known.Add(problem.TaskId) ? problem : throw line.Error($"task id '{problem.TaskId}' comes twice"));
        }

        return problems.Count > 0 ? problems : throw new DataFormatException(path, 0, "holds no problem");
    }

    private static EvaluationFormat Detect(JsonLine line) =>
        line.Has("asserts") ? EvaluationFormat.Tasks
        : line.Has("test_list") ? EvaluationFormat.Mbpp
        : line.Has("entry_point") && line.Has("test") ? EvaluationFormat.HumanEval
        : throw line.Error("the format is unknown: none of the fields 'asserts' (tasks), 'test_list' (MBPP), 'entry_point' with 'test' (HumanEval)");

    private static EvaluationProblem ParseHumanEval(JsonLine line)
    {
        if (line.Has("plus_input"))
        {
            throw line.Error("this is EvalPlus's own format, whose 'test' lacks the added inputs; use the OriginFmt file of the same release");
        }

        string prompt = line.GetText("prompt");
        string entryPoint = line.GetText("entry_point");
        return new EvaluationProblem
        {
            TaskId = line.GetText("task_id"),
            Instruction = $"Write a complete Python function for the problem.\n\n{prompt.Trim()}",
            ProgramPrefix = prompt,
            TestSetup = prompt,
            Test = $"{line.GetText("test")}\ncheck({entryPoint})\n",
            EntryPoints = [entryPoint],
            ReferenceSolution = line.GetText("canonical_solution"),
        };
    }

    private static EvaluationProblem ParseMbpp(JsonLine line)
    {
        string text = line.GetText(line.Has("text") ? "text" : "prompt").Trim();
        string code = line.GetText("code");
        IReadOnlyList<string> asserts = line.GetTexts("test_list");
        if (asserts.Count == 0)
        {
            throw line.Error("field 'test_list' is empty");
        }

        string setup = line.Has("test_imports") ? string.Join('\n', line.GetTexts("test_imports"))
            : line.Has("test_setup_code") ? line.GetText("test_setup_code")
            : "";
        string test = line.Has("test") ? line.GetText("test") : string.Join('\n', asserts);
        string[] entryPoints = [.. Definition().Matches(code).Select(match => match.Groups["name"].Value).Distinct().Where(IsCalled)];
        return new EvaluationProblem
        {
            TaskId = line.GetTaskId(),
            Instruction = $"{text}\nYour code should satisfy the following assertion:\n```python\n{asserts[0].Trim()}\n```",
            TestSetup = setup,
            Test = test + "\n",
            EntryPoints = entryPoints,
            ReferenceSolution = code,
        };

        // Helpers of the reference solution are no part of what is asked.
        bool IsCalled(string name) => asserts.Any(assert => Regex.IsMatch(
            assert, $@"(?<![\w.]){Regex.Escape(name)}\s*\(", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5)));
    }

    private static EvaluationProblem ParseTask(JsonLine line)
    {
        IReadOnlyList<string> asserts = line.GetTexts("asserts");
        return new EvaluationProblem
        {
            TaskId = line.GetText("task_id"),
            Instruction = line.GetText("instruction"),
            Test = asserts.Count > 0 ? string.Join('\n', asserts) + "\n" : throw line.Error("field 'asserts' is empty"),
            EntryPoints = [line.GetText("entry_point")],
            ReferenceSolution = line.GetText("solution"),
            Split = line.Has("split") ? line.GetText("split") : null,
        };
    }

    [GeneratedRegex(@"^(def|class)\s+(?<name>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Definition();
}
