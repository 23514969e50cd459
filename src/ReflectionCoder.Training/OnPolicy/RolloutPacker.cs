using ReflectionCoder.Batching;

namespace ReflectionCoder.OnPolicy;

/// <summary>An answer with the two prompts that it is seen behind; none of the three is empty.</summary>
/// <param name="TeacherPrompt">The teacher's prompt: instruction, attempt, feedback, and the instruction again.</param>
/// <param name="StudentPrompt">The prompt that the answer was written to.</param>
/// <param name="Answer">The ids that the model wrote, the stop token included.</param>
internal sealed record RolloutPair(IReadOnlyList<int> TeacherPrompt, IReadOnlyList<int> StudentPrompt, IReadOnlyList<int> Answer);

/// <summary>Packs answers into one sequence without padding: teacher rows, then student rows in the same order.</summary>
/// <remarks>
/// A row is prompt and answer without the answer's last token, which is only predicted. The logits of token i predict token i + 1, so those
/// of the prompt's last token belong to the answer's first; there is a pair for each token of an answer. Thread-safe: no state.
/// </remarks>
internal static class RolloutPacker
{
    /// <summary>Packs a micro-batch.</summary>
    /// <param name="pairs">The answers, at least one.</param>
    public static PackedBatch Pack(IReadOnlyList<RolloutPair> pairs)
    {
        List<long> ids = [];
        List<long> positions = [];
        List<int> lengths = [];
        long[] teacherRows = [.. pairs.SelectMany(pair => Add(pair.TeacherPrompt, pair.Answer))];
        int teacherTokens = ids.Count;
        long[] studentRows = [.. pairs.SelectMany(pair => Add(pair.StudentPrompt, pair.Answer))];
        return new PackedBatch
        {
            TokenIds = [.. ids],
            PositionIds = [.. positions],
            RowLengths = [.. lengths],
            CrossEntropyRows = [],
            CrossEntropyLabels = [],
            TeacherRows = teacherRows,
            StudentRows = studentRows,
            SampleTokens = teacherTokens,
            HiddenTokens = teacherTokens - (ids.Count - teacherTokens),
        };

        long[] Add(IReadOnlyList<int> prompt, IReadOnlyList<int> answer)
        {
            long first = ids.Count + prompt.Count - 1;
            int length = prompt.Count + answer.Count - 1;
            ids.AddRange(prompt.Concat(answer).Take(length).Select(id => (long)id));
            positions.AddRange(Enumerable.Range(0, length).Select(position => (long)position));
            lengths.Add(length);
            return [.. Enumerable.Range(0, answer.Count).Select(token => first + token)];
        }
    }
}
