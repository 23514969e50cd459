using System.Text;

namespace ReflectionCoder.Samples.Ablate.Evidence;

/// <summary>A question under its heading: a line a comparison, with what its interval says.</summary>
internal static class QuestionSection
{
    public static void Append(StringBuilder text, EvidenceTable table, Question question)
    {
        _ = text.Append($"\n## {question.Title}\n\n{question.Asks}\n\n");
        List<Comparison> missing = [];
        foreach (Comparison comparison in question.Comparisons)
        {
            if (table.Compare(comparison.Tasks, comparison.Arms, comparison.Others) is { } interval)
            {
                _ = text.Append($"- {Describe(comparison)}: {interval} points: **{interval.Verdict}**{DescribeNll(table, comparison)}.\n");
            }
            else
            {
                missing.Add(comparison);
            }
        }

        if (missing.Count > 0)
        {
            string whole = missing.Count == question.Comparisons.Count ? "Not run" : "- Not run";
            _ = text.Append($"{whole}: {string.Join("; ", missing.Select(Describe))}.\n");
        }
    }

    private static string DescribeNll(EvidenceTable table, Comparison comparison) =>
        comparison is { Arms: [var arm], Others: [var other] }
        && comparison.Tasks == TaskChoice.All
        && table.CompareNll(arm, other) is { } interval
            ? $"; nll {interval}: **{interval.Verdict}**"
            : "";

    private static string Describe(Comparison comparison)
    {
        string tasks = comparison.Tasks.Name.Length == 0 ? "" : $", on tasks of {comparison.Tasks.Name}";
        return (comparison.Text ?? $"`{comparison.Arms[0]}` less `{comparison.Others[0]}`") + tasks;
    }
}
