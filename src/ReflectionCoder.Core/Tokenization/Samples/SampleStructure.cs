using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tokenization.Samples;

/// <summary>
/// Finds messages, blocks and the reflection sequence in a sample's ids, for <see cref="MarkerParsing.Reference"/>: there the tokenizer
/// decides what is a marker, contents included. What we render ourselves is known as it is rendered (<see cref="SampleRenderer"/>).
/// </summary>
internal readonly record struct SampleStructure(IReadOnlyList<TokenSpan> Spans, int ReflectionStart, int ReflectionEnd)
{
    /// <summary>
    /// Reads the structure as the reference does: the reflection sequence runs from the first assistant marker to the next end of message,
    /// and a block ends at every end marker, its type being that of the last type marker since the block before.
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
            // Inside the reflection sequence a role marker can only be content.
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
