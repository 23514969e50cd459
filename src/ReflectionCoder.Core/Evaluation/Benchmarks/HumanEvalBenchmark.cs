using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Files;

namespace ReflectionCoder.Evaluation.Benchmarks;

/// <summary>
/// HumanEval, and HumanEval+'s OriginFmt file: <c>task_id, prompt, entry_point, canonical_solution, test</c>.
/// </summary>
internal sealed class HumanEvalBenchmark : RecordBenchmark
{
    public override string Name => "humaneval";

    /// <inheritdoc cref="RecordBenchmark.Parse"/>
    internal EvaluationProblem ParseRecord(JsonField record) => Parse(record);

    protected override EvaluationProblem Parse(JsonField record)
    {
        if (record.Holds("plus_input"))
        {
            throw record.LineError(
                "this is EvalPlus's own format, whose 'test' lacks the added inputs; read it as the benchmark humaneval-plus, or use the "
                    + "OriginFmt file of the same release"
            );
        }

        string prompt = record.GetText("prompt");
        string entryPoint = record.GetText("entry_point");
        string solution = record.GetText("canonical_solution");
        return new EvaluationProblem
        {
            TaskId = record.GetText("task_id"),
            Instruction = InstructionOf(prompt),
            ReferenceSolution = solution,
            Tests = new PythonTests
            {
                ProgramPrefix = prompt,
                Setup = prompt,
                Test = $"{record.GetContent("test")}\ncheck({entryPoint})\n",
                EntryPoints = [entryPoint],
                ReferenceSolution = solution,
            },
        };
    }

    /// <summary>The paper's prompt.</summary>
    internal static string InstructionOf(string prompt) => $"Write a complete Python function for the problem.\n\n{prompt.Trim()}";
}
