using System.Text;
using ReflectionCoder.Samples.Ablate.Arms;
using ReflectionCoder.Samples.Ablate.Results;

namespace ReflectionCoder.Samples.Ablate.Evidence;

/// <summary>Writes evidence.md.</summary>
internal static class EvidenceReport
{
    private const string Legend =
        "\n## How to read it\n\n"
        + "pass@1: held-out tasks solved by one greedy answer, judged by the tests, the mean over seeds; then a seed's least and most; "
        + "then by kind of task, `new_pair` with a pair of operations that no training task has, `longer` with more operations than any. "
        + "Differences are in points, task by task, and with the other arm's row of the same seed; the interval is a paired bootstrap over "
        + "tasks and seeds (10,000 replicates). `ahead` and `behind` mean that it leaves zero out, `not told apart` that it doesn't. An "
        + "interval without a width says that two arms differ on no task, not that they are equal. "
        + "Many arms are compared, so that one in twenty intervals misses zero by chance.\n\n"
        + "nll: nats a token of the held-out final code, given the last request alone; teacher nll: with the reflection in view. Its "
        + "differences are shown where both arms have three seeds or more, with Student's interval over the seeds: `lower` is better. "
        + "tokens: what passed the model in training, teacher and student rows together. TFLOP: estimated, 6 × parameters (embeddings "
        + "included) × those tokens; on-policy 2 × for the teacher's tokens and those written, whose prompts aren't counted. "
        + "seconds: training alone.\n";

    public static string Write(EvidenceTable table, StudySettings settings)
    {
        ArmRows[] usual = [.. table.UsualWithBase];
        ResultRow[] rows = [.. usual.Concat(table.Arms).Concat(table.Bases).SelectMany(arm => arm.Rows)];
        if (rows.Length == 0)
        {
            return "# Evidence\n\nNo arm is measured yet.\n";
        }

        StringBuilder text = new("# Evidence\n\n");
        _ = text.Append(Conditions(rows)).Append("\n## Arms\n\n");
        ArmsTable arms = new(table, rows[0]);
        arms.Append(text, usual, ArmCatalog.Reference);
        foreach (Question question in Question.All)
        {
            QuestionSection.Append(text, table, question);
            if (question.Group is { } group && table.OfGroup(group).Any())
            {
                _ = text.Append('\n');
                arms.Append(text, ArmsOf(table, question), question.Reference);
            }
        }

        GeneralisationSection.Append(text, table);
        CostSection.Append(text, table, ConstructionCost.Find(table, settings));
        TuningSection.Append(text, table);
        _ = text.Append("\n## What the arms do\n\n");
        foreach (Arm arm in ArmCatalog.All.Where(arm => arm.Group != ArmCatalog.Tuned && table.Find(arm.Name) is not null))
        {
            _ = text.Append($"- `{arm.Name}`: {arm.Summary}.\n");
        }

        return text.Append(Legend).Append(NotRun(table, settings)).ToString();
    }

    /// <summary>The arms of a question's own table: what they start from, what they are compared with, and they themselves.</summary>
    private static IEnumerable<ArmRows> ArmsOf(EvidenceTable table, Question question)
    {
        ArmRows[] own = [.. table.OfGroup(question.Group!)];
        return own.Select(arm => EvidenceTable.BaseOf(arm.Name))
            .Append(question.Reference)
            .Distinct()
            .Select(table.Find)
            .OfType<ArmRows>()
            .Union(own);
    }

    private static string Conditions(IReadOnlyList<ResultRow> rows)
    {
        ResultRow first = rows[0];
        IReadOnlyDictionary<string, string> settings = first.Settings;
        string machines = string.Join(
            "; ",
            rows.Select(row => $"{row.Machine.Processor}, threads: {row.Machine.Threads}, {row.Machine.Device}").Distinct()
        );
        string rates = string.Join(
            "; ",
            rows.Where(row => row.Group is ArmCatalog.Main or ArmCatalog.Screening && row.Settings.ContainsKey("learning_rate"))
                .GroupBy(row => row.Settings["learning_rate"], StringComparer.Ordinal)
                .Select(group => $"{group.Key} ({string.Join(", ", group.Select(row => row.Arm).Distinct())})")
        );
        string commits = string.Join(", ", rows.Select(row => row.Commit ?? "no commit").Distinct());
        return $"Unless its heading says otherwise, an arm starts from one base and takes {settings["steps"]} optimizer steps of "
            + $"{settings["batch_size"]} samples, on-policy of as many answers. "
            + $"{first.Measured!.Passed.Count} held-out tasks, {first.Measured.Samples} held-out samples. "
            + $"Learning rate: {(rates.Length > 0 ? rates : Markdown.Missing)}. Machine: {machines}. "
            + $"Commit: {commits}. Base {settings["base"]}, data {settings["data"]} (hashes of the files).\n";
    }

    private static string NotRun(EvidenceTable table, StudySettings settings)
    {
        StringBuilder text = new();
        string[] none = [.. ArmCatalog.All.Where(arm => table.Find(arm.Name) is null).Select(arm => arm.Name)];
        string[] fewer =
        [
            .. from arm in table.Arms
            let missing = settings.Seeds.Except(arm.Seeds).ToArray()
            where missing.Length > 0
            select $"{arm.Name} ({string.Join(", ", missing)})",
        ];
        Add("Arms without a measured row: ", none, ", ");
        Add("Seeds that are missing: ", fewer, ", ");
        Add("Training that ended early: ", [.. table.Failed.Select(row => $"{row.Arm}, seed {row.Seed}: {row.Failure}")], "; ");
        if (table.Find(StudyRun.BaseName) is null)
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
}
