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
            "\nThe best setting of each among those that both have, chosen by the tasks that it is compared on: the same advantage to "
                + "both.\n\n"
        );
        foreach ((string arm, string other) in Pairs())
        {
            (ArmRows First, ArmRows Second)[] shared =
            [
                .. from first in tuned.First(one => one.Of == arm).Rows
                from second in tuned.First(one => one.Of == other).Rows
                where SettingOf(first) == SettingOf(second)
                select (first, second),
            ];
            _ = text.Append($"- {arm} and {other}, {(shared.Length > 1 ? CompareBest(table, shared) : "not run")}.\n");
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

    private static (double Rate, int Length) SettingOf(ArmRows arm) =>
        ArmCatalog.Find(arm.Name).Tuned is { } tuning ? (tuning.Rate, tuning.Length) : (1, 1);

    private static string CompareBest(EvidenceTable table, (ArmRows First, ArmRows Second)[] shared)
    {
        string first = shared.MaxBy(pair => pair.First.PassAt1).First.Name;
        string second = shared.MaxBy(pair => pair.Second.PassAt1).Second.Name;
        return table.Compare(TaskChoice.All, [first], [second]) is { } interval
            ? $"`{first}` less `{second}`, the best of {shared.Length} settings: {interval} points: **{interval.Verdict}**"
            : "not run";
    }
}
