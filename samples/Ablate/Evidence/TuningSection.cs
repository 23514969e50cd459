using System.Text;
using ReflectionCoder.Samples.Ablate.Arms;

namespace ReflectionCoder.Samples.Ablate.Evidence;

/// <summary>The arms that were tuned alike: each setting, and the best ones against each other.</summary>
internal static class TuningSection
{
    public static void Append(StringBuilder text, EvidenceTable table)
    {
        _ = text.Append(
            "\n## Learning rates\n\n"
                + "Is an arm ahead because rate and length suit it better? Each of these has the same settings to choose from.\n\n"
        );
        (string Of, ArmRows[] Rows)[] tuned = [.. Tuning.Tuned.Select(of => (of, RowsOf(table, of)))];
        if (tuned.All(arm => arm.Rows.Length < 2))
        {
            _ = text.Append("Not run.\n");
            return;
        }

        _ = text.AppendHead("arm", "learning rate", "steps", "seeds", "pass@1", "less the study's setting (95 %)");
        foreach ((string of, ArmRows[] rows) in tuned)
        {
            foreach (ArmRows arm in rows)
            {
                _ = text.AppendCells(
                    of,
                    arm.Rows[0].Settings["learning_rate"],
                    arm.Rows[0].Settings["steps"],
                    arm.SeedsText,
                    Markdown.Percent(arm.PassAt1),
                    table.Compare(TaskChoice.All, [arm.Name], [of])?.ToString() ?? Markdown.Missing
                );
            }
        }

        _ = text.Append(
            "\nThe best setting of each, chosen by the tasks that it is compared on: the same advantage to all with as many settings.\n\n"
        );
        foreach ((string arm, string other) in Pairs())
        {
            ArmRows? best = BestOf(tuned, arm);
            ArmRows? otherBest = BestOf(tuned, other);
            string compared =
                best is null || otherBest is null || table.Compare(TaskChoice.All, [best.Name], [otherBest.Name]) is not { } interval
                    ? "not run"
                    : $"`{best.Name}` less `{otherBest.Name}`: {interval} points: **{interval.Verdict}**";
            _ = text.Append($"- {arm} and {other}, {compared}.\n");
        }
    }

    private static IEnumerable<(string Arm, string Other)> Pairs() =>
        from first in Tuning.Tuned.Index()
        from second in Tuning.Tuned.Index()
        where second.Index > first.Index
        select (second.Item, first.Item);

    /// <summary>The arm itself and its other settings, those that are measured.</summary>
    private static ArmRows[] RowsOf(EvidenceTable table, string of) =>
        [.. ArmCatalog.All.Where(arm => arm.Name == of || arm.Tuned?.Of == of).Select(arm => table.Find(arm.Name)).OfType<ArmRows>()];

    /// <summary>The setting with the best mean; null where there was nothing to choose from.</summary>
    private static ArmRows? BestOf((string Of, ArmRows[] Rows)[] tuned, string arm) =>
        tuned.First(one => one.Of == arm).Rows is { Length: > 1 } rows ? rows.MaxBy(row => row.PassAt1) : null;
}
