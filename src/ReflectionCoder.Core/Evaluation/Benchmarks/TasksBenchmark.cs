using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Files;

namespace ReflectionCoder.Evaluation.Benchmarks;

/// <summary>This library's task files: <c>task_id, instruction, entry_point, solution, asserts, split</c>.</summary>
internal sealed class TasksBenchmark : RecordBenchmark
{
    public override string Name => "tasks";

    protected override EvaluationProblem Parse(JsonField record)
    {
        IReadOnlyList<string> asserts = record.GetContents("asserts");
        string solution = record.GetText("solution");
        return new EvaluationProblem
        {
            TaskId = record.GetText("task_id"),
            Instruction = record.GetText("instruction"),
            ReferenceSolution = solution,
            Split = record.Holds("split") ? record.GetText("split") : null,
            Tests = new PythonTests
            {
                Test = string.Join('\n', asserts) + "\n",
                EntryPoints = [record.GetText("entry_point")],
                ReferenceSolution = solution,
            },
        };
    }
}
