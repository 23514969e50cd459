using System.Text;

namespace ReflectionCoder.Samples.Ablate;

/// <summary>Writes evidence.md.</summary>
internal static class EvidenceReport
{
    private const string Missing = "–";

    private static readonly string[] Kinds = [TaskKinds.NewPair, TaskKinds.Longer, TaskKinds.Other];

    public static string Write(EvidenceTable table, StudySettings settings)
    {
        ResultRow[] rows = [.. table.Arms.SelectMany(arm => arm.Rows)];
        ResultRow? any = table.Base ?? rows.FirstOrDefault();
        if (any is null)
        {
            return "# Evidence\n\nNo arm is measured yet.\n";
        }

        StringBuilder text = new("# Evidence\n\n");
        _ = text.Append(Conditions(any, rows)).Append('\n');
        IReadOnlyList<string> kinds = [.. Kinds.Where(kind => any.Measured!.Kinds.ContainsKey(kind))];
        AppendRow(
            text,
            [
                .. (string[])["arm", "seeds", "pass@1", "least to most"],
                .. kinds.Select(kind => $"{kind} ({any.Measured!.Kinds[kind].Tasks})"),
                .. (string[])["less base (95 %)", $"less {Arms.Reference} (95 %)", "nll", "teacher nll"],
                .. (string[])["tokens", "TFLOP", "seconds"],
            ]
        );
        AppendRow(text, Enumerable.Repeat("---", 11 + kinds.Count));
        if (table.Base is { } start)
        {
            AppendArm(text, table, new ArmRows(StudyRun.BaseName, [start]), kinds);
        }

        foreach (ArmRows arm in table.Arms)
        {
            AppendArm(text, table, arm, kinds);
        }

        return text.Append('\n').Append(Legend).Append(NotRun(table, settings)).ToString();
    }

    private static string Legend =>
        "pass@1: held-out tasks solved by one greedy answer, run in the sandbox, the mean over seeds; then a seed's least and most; "
        + "then by kind of task, `new_pair` with a pair of operations that no training task has, `longer` with more operations than any. "
        + "Differences are in points, task by task, and with the other arm's row of the same seed; the interval is a paired bootstrap over "
        + "tasks and seeds (10,000 replicates). An interval without a width says that two arms differ on no task, not that they are equal. "
        + "Many arms are compared, so that one in twenty intervals misses zero by chance.\n\n"
        + "nll: nats a token of the held-out final code, given the last request alone; teacher nll: with the reflection in view. "
        + "tokens: what passed the model in training, teacher and student rows together. TFLOP: estimated, 6 × parameters (embeddings "
        + "included) × those tokens; on-policy 2 × for the teacher's tokens and those written, whose prompts aren't counted. "
        + "seconds: training alone.\n";

    private static string Conditions(ResultRow any, IReadOnlyList<ResultRow> rows)
    {
        IReadOnlyDictionary<string, string> settings = any.Settings;
        string machines = string.Join("; ", rows.Append(any).Select(row => $"{row.Machine.Processor}, {row.Machine.Device}").Distinct());
        string rates = string.Join(
            "; ",
            rows.Where(row => row.Settings.ContainsKey("learning_rate"))
                .GroupBy(row => row.Settings["learning_rate"], StringComparer.Ordinal)
                .Select(group => $"{group.Key} ({string.Join(", ", group.Select(row => row.Arm).Distinct())})")
        );
        string commits = string.Join(", ", rows.Append(any).Select(row => row.Commit ?? "no commit").Distinct());
        return $"Every arm starts from one base and takes {settings["steps"]} optimizer steps of {settings["batch_size"]} samples, "
            + $"on-policy of as many answers. {any.Measured!.Passed.Count} held-out tasks, {any.Measured.Samples} held-out samples. "
            + $"Learning rate: {(rates.Length > 0 ? rates : Missing)}. Machine: {machines}. "
            + $"Commit: {commits}. Base {settings["base"]}, data {settings["data"]} (hashes of the files).\n";
    }

    private static void AppendArm(StringBuilder text, EvidenceTable table, ArmRows arm, IReadOnlyList<string> kinds)
    {
        bool isBase = arm.Name == StudyRun.BaseName;
        double[] passed = [.. arm.Rows.Select(row => row.Measured!.PassAt1)];
        AppendRow(
            text,
            [
                arm.Name,
                isBase ? Missing : string.Join(", ", arm.Rows.Select(row => row.Seed)),
                Percent(passed.Average()),
                passed.Length > 1 ? $"{Percent(passed.Min())} to {Percent(passed.Max())}" : Missing,
                .. kinds.Select(kind => Percent(arm.Mean(row => Share(row, kind)))),
                isBase ? Missing : Points(arm.Less(table.Base)),
                isBase ? Missing : Points(arm.Less(table.Find(Arms.Reference))),
                Number(arm.Mean(row => row.Measured!.Nll), "F4"),
                Number(arm.Mean(row => row.Measured!.TeacherNll), "F4"),
                Number(arm.Mean(row => row.Training?.PackedTokens), "N0"),
                Number(arm.Mean(row => row.Training?.FloatingPointOperations / 1e12), "N1"),
                Number(arm.Mean(row => row.Training?.Seconds), "N0"),
            ]
        );
    }

    private static string NotRun(EvidenceTable table, StudySettings settings)
    {
        StringBuilder text = new();
        string[] none = [.. Arms.All.Where(arm => table.Find(arm.Name) is null).Select(arm => arm.Name)];
        string[] fewer =
        [
            .. from arm in table.Arms
            let missing = settings.Seeds.Where(seed => arm.Rows.All(row => row.Seed != seed)).ToArray()
            where missing.Length > 0
            select $"{arm.Name} ({string.Join(", ", missing)})",
        ];
        Add("Arms without a measured row: ", none, ", ");
        Add("Seeds that are missing: ", fewer, ", ");
        Add("Training that ended early: ", [.. table.Failed.Select(row => $"{row.Arm}, seed {row.Seed}: {row.Failure}")], "; ");
        if (table.Base is null)
        {
            Add("", ["The base"], "");
        }

        if (table.LeftOut > 0)
        {
            _ = text.Append($"- Rows of other settings in the file, not shown: {table.LeftOut}.\n");
        }

        return text.Length == 0 ? "" : "\n## Not run\n\n" + text;

        void Add(string what, IReadOnlyCollection<string> items, string separator)
        {
            if (items.Count > 0)
            {
                _ = text.Append($"- {what}{string.Join(separator, items).TrimEnd('.')}.\n");
            }
        }
    }

    private static double? Share(ResultRow row, string kind) =>
        row.Measured!.Kinds.TryGetValue(kind, out KindScore? score) ? (double)score.Solved / score.Tasks : null;

    private static string Percent(double share) => double.IsNaN(share) ? Missing : $"{100 * share:F1} %";

    private static string Points((double Mean, double Low, double High)? difference) =>
        difference is var (mean, low, high)
            ? $"{100 * mean:+0.0;-0.0;0.0} ({100 * low:+0.0;-0.0;0.0} to {100 * high:+0.0;-0.0;0.0})"
            : Missing;

    private static string Number(double value, string format) => double.IsNaN(value) ? Missing : value.ToString(format);

    private static void AppendRow(StringBuilder text, IEnumerable<string> cells) =>
        text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
