namespace ReflectionCoder.Samples.ReasoningTasks.Verification;

/// <summary>How much two names differ.</summary>
internal static class NameDistance
{
    /// <summary>The fewest characters to insert, delete or replace (Levenshtein).</summary>
    public static int Between(string first, string second)
    {
        int[] above = [.. Enumerable.Range(0, second.Length + 1)];
        for (int i = 1; i <= first.Length; i++)
        {
            int[] row = new int[second.Length + 1];
            row[0] = i;
            for (int j = 1; j <= second.Length; j++)
            {
                int replaced = above[j - 1] + (first[i - 1] == second[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, Math.Min(above[j], row[j - 1]) + 1);
            }

            above = row;
        }

        return above[^1];
    }
}
