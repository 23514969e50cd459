namespace ReflectionCoder.Tokenization.Samples;

/// <summary>The rules by which the paper's reference code labels token ids.</summary>
internal static class SampleLabels
{
    /// <summary>Copies the ids as labels, except for bos.</summary>
    public static int[] Supervise(ReadOnlySpan<int> inputIds)
    {
        int[] labels = inputIds.ToArray();
        labels[0] = TokenizedSample.IgnoreIndex;
        return labels;
    }

    /// <summary>
    /// Removes the labels of user messages and execution blocks, including their end markers. One without an end marker goes on to the end.
    /// </summary>
    public static void Ignore(ReadOnlySpan<int> inputIds, Span<int> labels, MarkerIds markers)
    {
        for (int i = 0; i < inputIds.Length; i++)
        {
            int end =
                inputIds[i] == markers.User ? markers.EndOfMessage
                : inputIds[i] == markers.Execution ? markers.EndOfBlock
                : -1;
            if (end < 0)
            {
                continue;
            }

            int length = inputIds[i..].IndexOf(end);
            length = length < 0 ? inputIds.Length - i : length + 1;
            labels.Slice(i, length).Fill(TokenizedSample.IgnoreIndex);
            i += length - 1;
        }
    }

    /// <summary>Student labels: the labels from the last assistant marker up to the token before the last.</summary>
    /// <exception cref="SampleFormatException">There is no assistant marker.</exception>
    public static int[] Distil(ReadOnlySpan<int> labels, MarkerIds markers) =>
        Distil(labels, RequireAssistant(labels.LastIndexOf(markers.Assistant)));

    /// <summary>Student labels: the labels from an index up to the token before the last.</summary>
    public static int[] Distil(ReadOnlySpan<int> labels, int start)
    {
        int[] distillation = new int[labels.Length];
        Array.Fill(distillation, TokenizedSample.IgnoreIndex);
        labels[start..^1].CopyTo(distillation.AsSpan(start));
        return distillation;
    }

    /// <summary>Index of the last user marker.</summary>
    /// <exception cref="SampleFormatException">There is none.</exception>
    public static int FindLastUser(ReadOnlySpan<int> labels, MarkerIds markers) => RequireUser(labels.LastIndexOf(markers.User));

    /// <summary>Checks that a message was found.</summary>
    /// <exception cref="SampleFormatException">The index is negative.</exception>
    public static int RequireUser(int start) =>
        start >= 0 ? start : throw new SampleFormatException("The sample has no user message; expected at least one.");

    /// <summary>Checks that a message was found.</summary>
    /// <exception cref="SampleFormatException">The index is negative.</exception>
    public static int RequireAssistant(int start) =>
        start >= 0 ? start : throw new SampleFormatException("The sample has no assistant message; expected at least one.");
}
