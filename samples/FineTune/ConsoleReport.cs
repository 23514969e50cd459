using System.Globalization;
using ReflectionCoder.FineTuning;
using Spectre.Console;

namespace ReflectionCoder.Samples.FineTune;

/// <summary>Shows steps, checkpoints and, at the end, what the validation measured.</summary>
internal sealed class ConsoleReport(ProgressLine line) : ITrainerCallback, IProgress<TrainingProgress>
{
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
        table.AddColumns("step", "one-off nll/token", "nll/sample", "ce", "kl");
        foreach ((long step, IReadOnlyDictionary<string, double> metrics) in evaluations)
        {
            table.AddRow(
                step.ToString(CultureInfo.InvariantCulture),
                Cell("eval_nll", "F4"),
                Cell("eval_nll_per_sample", "F2"),
                Cell("eval_ce", "F4"),
                Cell("eval_kl", "F4")
            );

            string Cell(string name, string format) =>
                metrics.TryGetValue(name, out double value) ? value.ToString(format, CultureInfo.InvariantCulture) : "";
        }

        AnsiConsole.Write(table);
    }
}
