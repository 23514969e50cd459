using System.Text;

namespace ReflectionCoder.Samples.Ablate.Evidence;

/// <summary>What each arm gains, beside what it costs.</summary>
internal static class CostSection
{
    public static void Append(StringBuilder text, EvidenceTable table, IReadOnlyList<ConstructionCost> construction)
    {
        _ = text.Append("\n## Cost against gain\n\nPoints of pass@1 above the base, and what training took for them.\n\n");
        (ArmRows Arm, Interval? Gain)[] measured = [.. table.Usual.Select(arm => (arm, table.GainOf(arm)))];
        if (measured.All(one => one.Gain is null))
        {
            _ = text.Append("Not run.\n");
            return;
        }

        _ = text.AppendHead(
            "arm",
            "points above the base (95 %)",
            "against the base",
            "TFLOP",
            "seconds",
            "points a TFLOP",
            "points a minute"
        );
        foreach ((ArmRows arm, Interval? gain) in measured)
        {
            double operations = arm.Mean(row => row.Training?.FloatingPointOperations / 1e12);
            double seconds = arm.Mean(row => row.Training?.Seconds);

            // Of a gain that may be none, a ratio would say too much.
            double points = gain is { IsTold: true } ? 100 * gain.Mean : double.NaN;
            _ = text.AppendCells(
                arm.Name,
                gain?.ToString() ?? Markdown.Missing,
                gain?.Verdict ?? "not run",
                Markdown.Number(operations, "N1"),
                Markdown.Number(seconds, "N0"),
                Markdown.Number(points / operations, "N2"),
                Markdown.Number(60 * points / seconds, "N1")
            );
        }
        AppendConstruction(text, table, construction);
    }

    private static void AppendConstruction(StringBuilder text, EvidenceTable table, IReadOnlyList<ConstructionCost> construction)
    {
        _ = text.Append("\nConstruction: what it took to write the sequences that an arm learned from.\n\n");
        if (construction.Count == 0)
        {
            _ = text.Append("Not run.\n");
            return;
        }

        _ = text.AppendHead(
            "sequences of",
            "source",
            "sequences",
            "seconds a sequence",
            "money a sequence",
            "points above the base (95 %)",
            "seconds a point",
            "money a point"
        );
        foreach (ConstructionCost cost in construction)
        {
            Interval? gain = table.Find(cost.Arm) is { } arm ? table.GainOf(arm) : null;
            double points = gain is { IsTold: true } ? 100 * gain.Mean : double.NaN;
            _ = text.AppendCells(
                cost.Arm,
                cost.Source,
                Markdown.Number(cost.Sequences, "N0"),
                Markdown.Number(cost.Seconds ?? double.NaN, "N2"),
                Markdown.Number(cost.Money ?? double.NaN, "N4"),
                gain?.ToString() ?? Markdown.Missing,
                Markdown.Number((cost.Seconds ?? double.NaN) * cost.Sequences / points, "N1"),
                Markdown.Number((cost.Money ?? double.NaN) * cost.Sequences / points, "N4")
            );
        }
    }
}
