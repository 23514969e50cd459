using System.Globalization;
using ReflectionCoder.Evaluation.Reporting;
using ReflectionCoder.Evaluation.Statistics;
using ReflectionCoder.Sandbox;
using Spectre.Console;

namespace ReflectionCoder.Samples.Evaluate;

/// <summary>Counts and pass@k as a table.</summary>
internal static class ResultTable
{
    private static readonly (SandboxOutcome Outcome, string Name)[] Outcomes =
    [
        (SandboxOutcome.Passed, "passed"),
        (SandboxOutcome.Failed, "failed"),
        (SandboxOutcome.CompileError, "not compiled"),
        (SandboxOutcome.Crashed, "crashed"),
        (SandboxOutcome.CpuTimeExceeded, "out of processor time"),
        (SandboxOutcome.WallTimeExceeded, "out of wall-clock time"),
        (SandboxOutcome.OutOfMemory, "out of memory"),
        (SandboxOutcome.OutputLimitExceeded, "too much output"),
        (SandboxOutcome.ToolchainMissing, "toolchain missing"),
        (SandboxOutcome.SandboxFailure, "sandbox failed"),
    ];

    public static void Write(EvaluationReport report)
    {
        Table table = new Table().Border(TableBorder.Simple).HideHeaders().AddColumn("").AddColumn(new TableColumn("").RightAligned());
        Add("problems", report.Problems.ToString(CultureInfo.InvariantCulture));
        if (report.Total < report.Problems)
        {
            Add("without a completion", report.Missing.Count.ToString(CultureInfo.InvariantCulture));
        }

        Add("completions", report.Completions.ToString(CultureInfo.InvariantCulture));
        IReadOnlyDictionary<SandboxOutcome, int> outcomes = report.CountOutcomes();
        foreach ((SandboxOutcome outcome, string name) in Outcomes)
        {
            Add("  " + name, outcomes.GetValueOrDefault(outcome).ToString(CultureInfo.InvariantCulture));
        }

        AddCount("  judged in one process", report.OneProcess.Count);
        AddCount("lines that can't be read", report.Malformed.Count);
        AddEstimates("pass", report.PassAtK);
        AddEstimates("original tests: pass", report.BasePassAtK);
        AnsiConsole.Write(table);
        if (report.Comparison is { } comparison)
        {
            AnsiConsole.WriteLine(Describe(comparison));
        }

        void AddCount(string name, int count)
        {
            if (count > 0)
            {
                Add(name, count.ToString(CultureInfo.InvariantCulture));
            }
        }

        void AddEstimates(string name, IReadOnlyList<PassEstimate> estimates)
        {
            foreach (PassEstimate estimate in estimates)
            {
                Add(
                    $"{name}@{estimate.K}",
                    string.Create(CultureInfo.InvariantCulture, $"{estimate.Value:P2} ({estimate.Low:P2} to {estimate.High:P2})")
                );
            }
        }

        void Add(string name, string value) => table.AddRow(new Text(name), new Text(value));
    }

    private static string Describe(EvaluationComparison comparison)
    {
        string test = comparison.OneCompletionATask ? "exact McNemar test" : "exact sign test";
        string format = comparison.PValue < 0.001 ? "0.0e-0" : "0.000";
        string p = comparison.PValue.ToString(format, CultureInfo.InvariantCulture);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            Compared on {comparison.Tasks} tasks: {comparison.First} {comparison.FirstPassAt1:P2}, {comparison.Second} {comparison.SecondPassAt1:P2}.
            Difference {Points(comparison.Difference)} points ({Points(comparison.Low)} to {Points(comparison.High)}), p = {p} ({test}).
            Better in the first: {List(comparison.OnlyFirst)}
            Better in the second: {List(comparison.OnlySecond)}
            """
        );
    }

    private static string Points(double share) => (100 * share).ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture);

    private static string List(IReadOnlyList<string> ids) => ids.Count == 0 ? "none" : string.Join(", ", ids);
}
