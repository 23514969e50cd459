using System.Globalization;
using ReflectionCoder.Evaluation.Reporting;
using ReflectionCoder.Reports;

namespace ReflectionCoder.FineTuning.Reporting;

/// <summary>Makes the page of training runs.</summary>
internal sealed class TrainingPage(string title, IReadOnlyList<RunMetrics> runs, IReadOnlyList<EvaluationReport> evaluations)
{
    private const int Colours = 6;

    private readonly IReadOnlyList<MetricMeaning> metrics = MetricMeaning.Of(runs);

    public ReportPage Create()
    {
        List<ReportSection> sections = [];
        IReadOnlyList<FirstAndLast> measured = FirstAndLast.Of(runs);
        if (measured.Count > 0)
        {
            sections.Add(new ReportSection("First and last values", [.. TableOf(measured)]));
        }

        if (evaluations.Count > 0)
        {
            sections.Add(new ReportSection("pass@1", PassBlocks.Of(evaluations)));
        }

        AddCharts(sections, "Validation", metrics.Where(metric => metric.IsValidation));
        AddCharts(sections, "Training", metrics.Where(metric => !metric.IsValidation));
        return new ReportPage
        {
            Title = title,
            Subtitle =
                string.Join(", ", runs.Select(run => $"{run.Name}: {Words.Count((int)Math.Min(run.Steps, int.MaxValue), "step")}")) + ".",
            Sections = sections,
        };
    }

    private static IEnumerable<ReportBlock> TableOf(IReadOnlyList<FirstAndLast> measured)
    {
        yield return ReportBlock.Text(
            "Validation metrics are measured on held-out data, at step 0 before any training. The loss is that of a single step, whose "
                + "samples and mask rate differ from another's. What each metric means stands above its chart."
        );
        yield return ReportBlock.Table(
            "First and last value of each metric by run",
            [
                new("Metric", IsChoice: true),
                new("Run", IsChoice: true),
                new("First", IsNumber: true),
                new("At step", IsNumber: true),
                new("Last", IsNumber: true),
                new("At step", IsNumber: true),
                new("Change", IsNumber: true),
            ],
            [
                .. measured.Select(row =>
                    (ReportCell[])
                        [
                            row.Metric.Name,
                            row.Run,
                            Number(row.First.Value),
                            Step(row.First.Step),
                            Number(row.Last.Value),
                            Step(row.Last.Step),
                            Change(row.Last.Value - row.First.Value),
                        ]
                ),
            ]
        );
    }

    private void AddCharts(List<ReportSection> sections, string heading, IEnumerable<MetricMeaning> shown)
    {
        List<ReportBlock> blocks = [.. shown.SelectMany(Chart)];
        if (blocks.Count > 0 && runs.Count > Colours)
        {
            blocks.Insert(0, ReportBlock.Text($"After {Colours} runs the colours begin again.", ReportTone.Warning));
        }

        if (blocks.Count > 0)
        {
            sections.Add(new ReportSection(heading, blocks));
        }
    }

    private IEnumerable<ReportBlock> Chart(MetricMeaning metric)
    {
        MetricPoint[][] points = [.. runs.Select(run => run.Values.GetValueOrDefault(metric.Name)).OfType<MetricPoint[]>()];
        long first = points.Min(curve => curve[0].Step);
        long stretch = Curve.Stretch(metric, points);
        yield return ReportBlock.Text(
            metric.Sentence
                + (
                    stretch > 1
                        ? string.Create(
                            CultureInfo.InvariantCulture,
                            $" Each point is the mean of up to {stretch:N0} steps, because single steps scatter with their samples."
                        )
                        : ""
                )
        );
        yield return ReportBlock.Lines(
            metric.Title,
            "optimizer steps",
            metric.Unit,
            [
                .. runs.Select(run =>
                    run.Values.TryGetValue(metric.Name, out MetricPoint[]? curve)
                        ? Curve.Of(run.Name, curve, first, stretch)
                        : new ReportLine($"{run.Name} (no value)", []) // so that a run has the same colour in every chart
                ),
            ]
        );
    }

    private static ReportCell Number(double value) => new(TrainingText.Number(value), value);

    private static ReportCell Step(long step) => new(step.ToString("N0", CultureInfo.InvariantCulture), step);

    private static ReportCell Change(double change) =>
        new(
            (
                change > 0 ? "+"
                : change < 0 ? "−"
                : ""
            ) + TrainingText.Number(Math.Abs(change)),
            change
        );
}
