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
        (SandboxOutcome.WallTimeExceeded, "out of time"),
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

        foreach (PassEstimate estimate in report.PassAtK)
        {
            Add($"pass@{estimate.K}", $"{estimate.Value:P2} ({estimate.Low:P2} to {estimate.High:P2})");
        }

        AnsiConsole.Write(table);

        void Add(string name, string value) => table.AddRow(new Text(name), new Text(value));
    }
}
