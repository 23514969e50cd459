using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tokenization.Samples;

/// <summary>
/// Finds messages, blocks and the reflection sequence in a sample's ids. Only <see cref="MarkerParsing.Reference"/> needs this: there a
/// marker's text inside a content becomes a marker too, so the structure is known only after encoding. Otherwise
/// <see cref="SampleRenderer"/> knows it while it renders.
/// </summary>
internal readonly record struct SampleStructure(IReadOnlyList<TokenSpan> Spans, int ReflectionStart, int ReflectionEnd)
{
    /// <summary>
    /// Reads the structure as the paper's reference code does. The reflection sequence runs from the first assistant marker to the next
    /// end-of-message marker. A block ends at every end-of-block marker; its type is that of the last type marker inside it.
    /// </summary>
    public static SampleStructure Find(ReadOnlySpan<int> inputIds, MarkerIds markers)
    {
        int start = inputIds.IndexOf(markers.Assistant) + 1;
        int length = start == 0 ? -1 : inputIds[start..].IndexOf(markers.EndOfMessage);
        (int reflectionStart, int reflectionEnd) = length < 0 ? (-1, -1) : (start, start + length);
        List<TokenSpan> spans = [];
        int message = -1;
        MessageRole? role = null;
        BlockType? type = null;
        int blockStart = 0;
        for (int i = 0; i < inputIds.Length; i++)
        {
            // The first message ends only at its end marker, so a role marker before that is content.
            bool content = i >= reflectionStart && i < reflectionEnd;
            if (!content && markers.RoleOf(inputIds[i]) is MessageRole opened)
            {
                message++;
                role = opened;
                type = null;
                blockStart = i + 1;
            }
            else if (role is null)
            {
                continue;
            }
            else if (inputIds[i] == markers.EndOfMessage)
            {
                role = null;
            }
            else if (inputIds[i] == markers.EndOfBlock)
            {
                spans.Add(new TokenSpan(message, role.Value, type, blockStart, i + 1 - blockStart));
                type = null;
                blockStart = i + 1;
            }
            else
            {
                type = markers.TypeOf(inputIds[i]) ?? type;
            }
        }

        return new SampleStructure(spans, reflectionStart, reflectionEnd);
    }
}
