namespace ReflectionCoder.Tokenization.Samples;

/// <summary>The label rules of the reference's processor, on raw ids.</summary>
internal static class SampleLabels
{
    /// <summary>Ids as labels, except for bos in front.</summary>
    public static int[] Supervise(ReadOnlySpan<int> inputIds)
    {
        int[] labels = inputIds.ToArray();
        labels[0] = TokenizedSample.IgnoreIndex;
        return labels;
    }

    /// <summary>
    /// Takes supervision off user messages and execution blocks, end markers included; an unterminated one runs to the end.
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

    /// <summary>Student labels: those from the last assistant marker to the last but one.</summary>
    /// <exception cref="SampleFormatException">There is no assistant marker.</exception>
    public static int[] Distil(ReadOnlySpan<int> labels, MarkerIds markers) =>
        Distil(labels, RequireAssistant(labels.LastIndexOf(markers.Assistant)));

    /// <summary>Student labels: those from an index to the last but one.</summary>
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

    /// <exception cref="SampleFormatException">The index is that of no message.</exception>
    public static int RequireUser(int start) =>
        start >= 0 ? start : throw new SampleFormatException("The sample has no user message; expected at least one.");

    /// <exception cref="SampleFormatException">The index is that of no message.</exception>
    public static int RequireAssistant(int start) =>
        start >= 0 ? start : throw new SampleFormatException("The sample has no assistant message; expected at least one.");
}
