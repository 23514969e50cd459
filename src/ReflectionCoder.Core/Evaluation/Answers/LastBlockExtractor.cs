namespace ReflectionCoder.Evaluation.Answers;

/// <summary>Extracts the last code block of an answer, as LiveCodeBench does. An answer without a whole block holds no code.</summary>
public sealed class LastBlockExtractor : IAnswerExtractor
{
    /// <inheritdoc/>
    public string Name => "last block";

    /// <inheritdoc/>
    public string Extract(string answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        string[] lines = answer.Split('\n');
        int[] fences = [.. lines.Index().Where(line => line.Item.Contains("```", StringComparison.Ordinal)).Select(line => line.Index)];
        return fences.Length < 2 ? "" : string.Join('\n', lines[(fences[^2] + 1)..fences[^1]]);
    }
}
