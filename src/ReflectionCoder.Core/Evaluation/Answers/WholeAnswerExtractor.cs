namespace ReflectionCoder.Evaluation.Answers;

/// <summary>Takes the whole answer as it is.</summary>
internal sealed class WholeAnswerExtractor : IAnswerExtractor
{
    public string Name => "none";

    public string Extract(string answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return answer;
    }
}
