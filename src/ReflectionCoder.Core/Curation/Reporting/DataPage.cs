using System.Globalization;
using ReflectionCoder.Reports;

namespace ReflectionCoder.Curation.Reporting;

/// <summary>Makes the page of a data set.</summary>
internal sealed class DataPage(string name, SequenceStatistics statistics, SampleChoice choice, MaskPreview preview, int measured)
{
    private const int MostMistakes = 25;
    private const int MostWeights = 8;

    public ReportPage Create() =>
        new()
        {
            Title = name,
            Subtitle = string.Create(
                CultureInfo.InvariantCulture,
                $"{statistics.Count:N0} samples, of which {statistics.Reflections:N0} are reflections. {choice.Description}"
            ),
            Sections = [new ReportSection("Overview", [.. Overview()]), new ReportSection("Samples", [.. Samples()])],
        };

    private IEnumerable<ReportBlock> Overview()
    {
        yield return ReportBlock.Figures([.. Figures()]);
        if (measured > 0)
        {
            yield return ReportBlock.Text($"{Number(measured)} samples don't hold their divergence; it was measured for this page.");
        }

        yield return ReportBlock.SideBySide([
            Counts("Samples by language", statistics.Languages),
            Counts("Reflections by attempts", statistics.Attempts.ToDictionary(p => Number(p.Key), p => p.Value)),
            Counts("Samples by whose tests they passed", statistics.Tests),
            ReportBlock.Bars("Samples by tokens", Histogram.Bars(statistics.Tokens.Sorted, isWhole: true)),
        ]);
        List<ReportBlock> divergences = [];
        if (statistics.TokenDivergence.Count > 0)
        {
            divergences.Add(Distribution("Samples by token divergence", statistics.TokenDivergence));
        }

        if (statistics.SyntaxDivergence.Count > 0)
        {
            divergences.Add(Distribution("Samples by syntax divergence", statistics.SyntaxDivergence));
        }

        if (statistics.Weights.At(0.0) != statistics.Weights.At(1))
        {
            divergences.Add(Weights(statistics.Weights.Sorted));
        }

        if (divergences.Count > 0)
        {
            yield return ReportBlock.SideBySide(divergences);
        }

        if (statistics.Mistakes.Count > 0)
        {
            KeyValuePair<string, int>[] most =
            [
                .. statistics.Mistakes.OrderByDescending(p => p.Value).ThenBy(p => p.Key, StringComparer.Ordinal).Take(MostMistakes),
            ];
            string caption = statistics.Mistakes.Count > most.Length ? $"The {most.Length} most frequent mistakes" : "Mistakes";
            yield return Counts(caption, most);
        }
    }

    private IEnumerable<ReportFigure> Figures()
    {
        yield return new ReportFigure("Samples", Number(statistics.Count), $"{Number(statistics.Reflections)} reflections");
        if (statistics.Tasks > 0)
        {
            yield return new ReportFigure("Tasks", Number(statistics.Tasks));
        }

        yield return Median("Tokens a sample", statistics.Tokens, "N0");
        yield return Median("Bytes a sample", statistics.Bytes, "N0");
        if (statistics.TokenDivergence.Count > 0)
        {
            yield return Median("Token divergence", statistics.TokenDivergence, "0.###");
        }

        if (statistics.SyntaxDivergence.Count > 0)
        {
            yield return Median("Syntax divergence", statistics.SyntaxDivergence, "0.###");
        }
    }

    private static ReportFigure Median(string name, Quantiles quantiles, string format) =>
        new(
            name,
            quantiles.At(0.5).ToString(format, CultureInfo.InvariantCulture),
            string.Create(
                CultureInfo.InvariantCulture,
                $"median; 90 % up to {quantiles.At(0.9).ToString(format, CultureInfo.InvariantCulture)}, at most {quantiles
                    .At(1)
                    .ToString(format, CultureInfo.InvariantCulture)}"
            )
        );

    private IEnumerable<ReportBlock> Samples()
    {
        yield return ReportBlock.Text(
            preview.Description.Length > 0
                ? $"{choice.Description} What the strategy {preview.Description} hides from the student is shaded. Always hidden, and not "
                    + "marked, is the first instruction; always visible is all that follows the first answer."
                : choice.Description
        );
        yield return ReportBlock.Cards(
            "Samples",
            SampleCard.Choices,
            SampleCard.Ranges,
            [.. choice.Chosen.Select(sample => SampleCard.Create(sample, preview))],
            preview.Description.Length > 0 ? "what is hidden" : ""
        );
    }

    /// <summary>Few different weights have a bar each: they were most likely set, not measured.</summary>
    private static ReportBlock Weights(IReadOnlyList<double> sorted)
    {
        KeyValuePair<string, int>[] counts =
        [
            .. sorted
                .CountBy(weight => weight)
                .Select(p => KeyValuePair.Create(p.Key.ToString("0.####", CultureInfo.InvariantCulture), p.Value)),
        ];
        const string Caption = "Samples by weight";
        return counts.Length <= MostWeights ? Counts(Caption, counts) : ReportBlock.Bars(Caption, Histogram.Bars(sorted, isWhole: false));
    }

    private static ReportBlock Distribution(string caption, Quantiles quantiles) =>
        ReportBlock.Bars(caption, Histogram.Bars(quantiles.Sorted, isWhole: false));

    private static ReportBlock Counts(string caption, IEnumerable<KeyValuePair<string, int>> counts) =>
        ReportBlock.Bars(caption, [.. counts.Select(p => (p.Key, new ReportCell(Number(p.Value), p.Value)))]);

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
