using System.Globalization;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Files;

namespace ReflectionCoder.Evaluation.Benchmarks;

/// <summary>
/// MBPP+ in EvalPlus's own format (<c>task_id, prompt, entry_point, canonical_solution, base_input, plus_input, atol</c>), or in the
/// original form (<c>OriginFmt</c>).
/// </summary>
internal sealed class MbppPlusBenchmark : RecordBenchmark
{
    /// <summary>
    /// What EvalPlus makes of the arguments of some tasks, by the number of the task. The data set, which is JSON, doesn't say it.
    /// </summary>
    private static readonly (ArgumentForm[] Forms, int[] Tasks)[] Forms =
    [
        (
            [ArgumentForm.Tuple],
            [2, 116, 132, 143, 222, 261, 273, 394, 399, 421, 424, 429, 470, 560, 579, 596, 616, 630, 726, 740, 744, 809]
        ),
        ([ArgumentForm.Tuples], [63, 64, 70, 94, 120, 237, 272, 299, 400, 409, 417, 438, 473, 614, 780]),
        ([ArgumentForm.Tuples, ArgumentForm.AsIs], [75, 413, 444, 753]),
        ([ArgumentForm.AsIs, ArgumentForm.Tuple], [106, 750]),
        ([ArgumentForm.Sets], [115]),
        ([ArgumentForm.FloatingPoint, ArgumentForm.Complex], [124]),
        ([ArgumentForm.Tuple, ArgumentForm.AsIs], [250, 307, 405, 446, 617, 720, 763, 808]),
        ([ArgumentForm.TupleOfTuples], [259, 401, 445]),
        ([ArgumentForm.TupleOfListsAsTuples], [278]),
        ([ArgumentForm.DictionaryOfTuples, ArgumentForm.AsIs], [722]),
        ([ArgumentForm.Complex], [252]),
        ([ArgumentForm.DeepTuples], [580, 615, 791]),
    ];

    private static readonly Dictionary<string, ArgumentForm[]> FormsOfTask = Forms
        .SelectMany(group => group.Tasks.Select(task => (Id: "Mbpp/" + task.ToString(CultureInfo.InvariantCulture), group.Forms)))
        .ToDictionary(pair => pair.Id, pair => pair.Forms);

    /// <summary>The functions whose outputs EvalPlus doesn't just compare.</summary>
    private static readonly Dictionary<string, FunctionOracle> Oracles = new()
    {
        ["are_equivalent"] = FunctionOracle.Anything,
        ["sum_div"] = FunctionOracle.EqualOrZero,
        ["surface_Area"] = FunctionOracle.SurfaceArea,
        ["digit_distance_nums"] = FunctionOracle.DigitDistance,
        ["similar_elements"] = FunctionOracle.SameElements,
        ["find_char_long"] = FunctionOracle.SameElements,
        ["common_in_nested_lists"] = FunctionOracle.SameElements,
        ["extract_singly"] = FunctionOracle.SameElements,
        ["larg_nnum"] = FunctionOracle.SameElements,
        ["intersection_array"] = FunctionOracle.SameElements,
        ["find_dissimilar"] = FunctionOracle.SameElements,
        ["Diff"] = FunctionOracle.SameElements,
        ["check_str"] = FunctionOracle.NotNone,
        ["text_match_three"] = FunctionOracle.NotNone,
        ["text_starta_endb"] = FunctionOracle.NotNone,
    };

    private readonly MbppBenchmark original = new();

    public override string Name => "mbpp-plus";

    protected override bool AllowsInfinity => true;

    protected override EvaluationProblem Parse(JsonField record)
    {
        if (!EvalPlusRecord.Is(record))
        {
            // MBPP's own files have no code that tests, only asserts.
            return record.Holds("test_list") && !record.Holds("test")
                ? throw record.Error("base_input", "is missing: these are MBPP's own tests; read them as the benchmark mbpp")
                : OfOriginFormat(original.ParseRecord(record));
        }

        string taskId = record.GetTaskId();
        FunctionTests tests = EvalPlusRecord.Tests(
            record,
            Oracles.GetValueOrDefault(record.GetText("entry_point")),
            FormsOfTask.GetValueOrDefault(taskId, [ArgumentForm.AsIs])
        );
        return new EvaluationProblem
        {
            TaskId = taskId,
            Instruction = InstructionOf(record, tests.ProgramPrefix),
            ReferenceSolution = tests.ReferenceSolution,
            Tests = tests,
        };
    }

    private static EvaluationProblem OfOriginFormat(EvaluationProblem problem) =>
        problem with
        {
            Tests = EvalPlusRecord.WithPartTime((PythonTests)problem.Tests),
        };

    /// <summary>The prompt is a docstring that holds the text and, on the next line, an assert.</summary>
    private static string InstructionOf(JsonField record, string prompt)
    {
        string[] lines = prompt.Replace("\"\"\"", "", StringComparison.Ordinal).Trim().Split('\n');
        return lines.Length >= 2
            ? MbppBenchmark.InstructionOf(lines[0], lines[1])
            : throw record.Error("prompt", "must hold a text and an assert, each on its line");
    }
}
