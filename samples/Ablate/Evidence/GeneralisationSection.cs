using System.Text;
using ReflectionCoder.Samples.Ablate.Arms;
using ReflectionCoder.Samples.Ablate.Measuring;
using ReflectionCoder.Samples.Ablate.Results;

namespace ReflectionCoder.Samples.Ablate.Evidence;

/// <summary>What is left of the arms' differences on tasks unlike the training tasks, and on other tasks that were measured.</summary>
internal static class GeneralisationSection
{
    private static readonly Comparison[] Comparisons =
    [
        new(ArmCatalog.Reference, ArmCatalog.FinalCode),
        new(ArmCatalog.Full, ArmCatalog.Reference),
        new(ArmCatalog.Full, StudyRun.BaseName),
    ];

    public static void Append(StringBuilder text, EvidenceTable table)
    {
        string[] others = [.. table.Rows.SelectMany(row => row.Measured!.Others?.Keys ?? []).Distinct().Order(StringComparer.Ordinal)];
        Question question = new(
            "Generalisation outside the training distribution",
            "What of the differences is left on tasks with a pair of operations that no training task has, and on longer ones than any?"
                + (others.Length > 0 ? " And on other tasks, without those whose instruction an arm is trained on?" : ""),
            [
                .. from tasks in (TaskChoice[])
                    [TaskChoice.OfKind(TaskKinds.NewPair), TaskChoice.OfKind(TaskKinds.Longer), .. others.Select(TaskChoice.OfOthers)]
                from pair in Comparisons
                select pair with
                {
                    Tasks = tasks,
                },
            ]
        );
        QuestionSection.Append(text, table, question);
        if (others.Length == 0)
        {
            return;
        }

        _ = text.Append('\n')
            .AppendHead([
                .. (string[])["arm", "seeds", "pass@1, held-out", "nll, held-out"],
                .. others.SelectMany(name => (string[])[$"pass@1, {name} ({Count(table, name)})", $"nll, {name}"]),
            ]);
        foreach (ArmRows arm in table.UsualWithBase)
        {
            _ = text.AppendCells([
                arm.Name,
                arm.SeedsText,
                Markdown.Percent(arm.PassAt1),
                Markdown.Number(arm.Mean(row => row.Measured!.Nll), "F4"),
                .. others.SelectMany(name =>
                    (string[])
                        [
                            Markdown.Percent(arm.Mean(row => Share(row.Measured!.FindOther(name)))),
                            Markdown.Number(arm.Mean(row => row.Measured!.FindOther(name)?.Nll), "F4"),
                        ]
                ),
            ]);
        }
    }

    private static int Count(EvidenceTable table, string name) => table.Rows.Max(row => row.Measured!.FindOther(name)?.Passed.Count ?? 0);

    private static double? Share(OtherMeasurement? measured) =>
        measured is null ? null : (double)measured.Passed.Count(task => task.Value) / measured.Passed.Count;
}
