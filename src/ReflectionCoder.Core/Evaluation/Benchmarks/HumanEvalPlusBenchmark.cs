using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Files;

namespace ReflectionCoder.Evaluation.Benchmarks;

/// <summary>
/// HumanEval+ in EvalPlus's own format (<c>task_id, prompt, entry_point, canonical_solution, base_input, plus_input, atol</c>), whole or
/// reduced (<c>Mini</c>), or in the original form (<c>OriginFmt</c>).
/// </summary>
internal sealed class HumanEvalPlusBenchmark : RecordBenchmark
{
    private readonly HumanEvalBenchmark original = new();

    public override string Name => "humaneval-plus";

    protected override bool AllowsInfinity => true;

    protected override EvaluationProblem Parse(JsonField record)
    {
        if (!EvalPlusRecord.Is(record))
        {
            // Only the tests of the OriginFmt file are made of lists of inputs.
            EvaluationProblem problem = original.ParseRecord(record);
            var tests = (PythonTests)problem.Tests;
            return tests.Test.Contains("inputs = [", StringComparison.Ordinal)
                ? problem with
                {
                    Tests = EvalPlusRecord.WithPartTime(tests),
                }
                : throw record.Error("base_input", "is missing: these are HumanEval's own tests; read them as the benchmark humaneval");
        }

        string entryPoint = record.GetText("entry_point");
        FunctionOracle oracle = entryPoint == "find_zero" ? FunctionOracle.Root : FunctionOracle.Equal;
        FunctionTests functionTests = EvalPlusRecord.Tests(record, oracle, [ArgumentForm.AsIs]);
        return new EvaluationProblem
        {
            TaskId = record.GetText("task_id"),
            Instruction = HumanEvalBenchmark.InstructionOf(functionTests.ProgramPrefix),
            ReferenceSolution = functionTests.ReferenceSolution,
            Tests = functionTests,
        };
    }
}
