using System.Text;

namespace ReflectionCoder.Samples.Ablate.Evidence;

/// <summary>What each arm gains, beside what it costs.</summary>
internal static class CostSection
{
    public static void Append(StringBuilder text, EvidenceTable table)
    {
        _ = text.Append("\n## Cost against gain\n\nPoints of pass@1 above the base, and what training took for them.\n\n");
        (ArmRows Arm, Interval? Gain)[] measured = [.. table.Untuned.Select(arm => (arm, table.GainOf(arm)))];
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
    }
}
