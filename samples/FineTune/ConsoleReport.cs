using System.Globalization;
using ReflectionCoder.FineTuning;
using Spectre.Console;

namespace ReflectionCoder.Samples.FineTune;

/// <summary>Shows steps, checkpoints and, at the end, what the validation measured.</summary>
internal sealed class ConsoleReport(ProgressLine line) : ITrainerCallback, IProgress<TrainingProgress>
{
    private static readonly (string Title, string Metric, string Format)[] All =
    [
        ("one-off nll/token", "eval_nll", "F4"),
        ("nll/sample", "eval_nll_per_sample", "F2"),
        ("teacher nll/token", "eval_teacher_nll", "F4"),
        ("ce", "eval_ce", "F4"),
        ("kl", "eval_kl", "F4"),
        ("pass@1", "eval_pass_at_1", "F4"),
        ("passed", "eval_passed", "F0"),
    ];

    private readonly List<(long Step, IReadOnlyDictionary<string, double> Metrics)> evaluations = [];

    public void Report(TrainingProgress value)
    {
        line.Report(value);
        if (value.Metrics.Count > 0)
        {
            evaluations.Add((value.Step, value.Metrics));
        }
    }

    public void OnTrainBegin(TrainerContext context)
    {
        if (context.Options.Lora is not null)
        {
            line.WriteLine(
                $"{context.Model.TrainableParameters.Values.Sum(parameter => parameter.numel()):N0} of them train beside the others: an "
                    + "adapter and the markers' rows."
            );
        }

        if (context.Metrics.Count > 0)
        {
            evaluations.Add((context.Step, new Dictionary<string, double>(context.Metrics)));
        }
    }

    public void OnCheckpointSaved(TrainerContext context, string directory) => line.WriteLine($"Saved {directory}");

    public void ShowEvaluation()
    {
        line.Close();
        if (evaluations.Count == 0)
        {
            return;
        }

        Table table = new() { Border = TableBorder.Ascii };
        (string Title, string Metric, string Format)[] columns =
        [
            .. All.Where(column => evaluations.Any(evaluation => evaluation.Metrics.ContainsKey(column.Metric))),
        ];
        table.AddColumns(["step", .. columns.Select(column => column.Title)]);
        foreach ((long step, IReadOnlyDictionary<string, double> metrics) in evaluations)
        {
            table.AddRow([
                step.ToString(CultureInfo.InvariantCulture),
                .. columns.Select(column =>
                    metrics.TryGetValue(column.Metric, out double value) ? value.ToString(column.Format, CultureInfo.InvariantCulture) : ""
                ),
            ]);
        }

        AnsiConsole.Write(table);
    }
}
