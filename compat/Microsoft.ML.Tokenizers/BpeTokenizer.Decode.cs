using System.Buffers;
using System.Text;

namespace Microsoft.ML.Tokenizers;

/// <content>Ids back to text.</content>
public sealed partial class BpeTokenizer
{
    public override string Decode(IEnumerable<int> ids) => Decode(ids, considerSpecialTokens: true);

    public string Decode(IEnumerable<int> ids, bool considerSpecialTokens)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ByteLevel)
        {
            ArrayBufferWriter<byte> bytes = new();
            foreach (int id in ids)
            {
                AppendBytes(id, considerSpecialTokens, bytes);
            }

            return Encoding.UTF8.GetString(bytes.WrittenSpan);
        }

        StringBuilder text = new();
        foreach (int id in ids)
        {
            text.Append(TextOf(id, considerSpecialTokens));
        }

        string decoded = text.ToString();
        if (!string.IsNullOrEmpty(EndOfWordSuffix))
        {
            decoded = decoded.EndsWith(EndOfWordSuffix, StringComparison.Ordinal) ? decoded[..^EndOfWordSuffix.Length] : decoded;
            decoded = decoded.Replace(EndOfWordSuffix, " ", StringComparison.Ordinal);
        }

        return string.IsNullOrEmpty(ContinuingSubwordPrefix)
            ? decoded
            : decoded.Replace(ContinuingSubwordPrefix, string.Empty, StringComparison.Ordinal);
    }

    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten) =>
        Decode(ids, destination, considerSpecialTokens: true, out idsConsumed, out charsWritten);

    public OperationStatus Decode(
        IEnumerable<int> ids,
        Span<char> destination,
        bool considerSpecialTokens,
        out int idsConsumed,
        out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        idsConsumed = 0;
        charsWritten = 0;
        int taken = 0;
        int written = 0;
        ArrayBufferWriter<byte> pending = new();
        foreach (int id in ids)
        {
            taken++;
            if (ByteLevel)
            {
                AppendBytes(id, considerSpecialTokens, pending);
            }
            else
            {
                Encoding.UTF8.GetBytes(AffixlessTextOf(id, considerSpecialTokens), pending);
            }

            OperationStatus status = DecodeWhole(pending, destination, ref written);
            if (status is OperationStatus.DestinationTooSmall or OperationStatus.InvalidData)
            {
                return status;
            }

            // A token may end inside a character; it counts as consumed once the character is whole.
            if (pending.WrittenCount == 0)
            {
                (idsConsumed, charsWritten) = (taken, written);
            }
        }

        return OperationStatus.Done;
    }

    /// <summary>Decodes the whole characters of some bytes and leaves an incomplete one in place.</summary>
    private static OperationStatus DecodeWhole(ArrayBufferWriter<byte> pending, Span<char> destination, ref int written)
    {
        ReadOnlySpan<byte> bytes = pending.WrittenSpan;
        while (!bytes.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(bytes, out Rune rune, out int length);
            if (status == OperationStatus.NeedMoreData)
            {
                break;
            }

            if (status == OperationStatus.InvalidData)
            {
                return status;
            }

            if (!rune.TryEncodeToUtf16(destination[written..], out int chars))
            {
                return OperationStatus.DestinationTooSmall;
            }

            written += chars;
            bytes = bytes[length..];
        }

        byte[] rest = bytes.ToArray();
        pending.ResetWrittenCount();
        pending.Write(rest);
        return OperationStatus.Done;
    }

    private string AffixlessTextOf(int id, bool considerSpecialTokens)
    {
        string token = TextOf(id, considerSpecialTokens);
        if (!string.IsNullOrEmpty(ContinuingSubwordPrefix) && token.StartsWith(ContinuingSubwordPrefix, StringComparison.Ordinal))
        {
            token = token[ContinuingSubwordPrefix.Length..];
        }

        return !string.IsNullOrEmpty(EndOfWordSuffix) && token.EndsWith(EndOfWordSuffix, StringComparison.Ordinal)
            ? token[..^EndOfWordSuffix.Length] + " "
            : token;
    }

    private string TextOf(int id, bool considerSpecialTokens)
    {
        if (specialTokensById.TryGetValue(id, out string? special) || id == unknownId)
        {
            return considerSpecialTokens ? special ?? UnknownToken! : string.Empty;
        }

        return tokens.GetValueOrDefault(id, string.Empty);
    }

    private void AppendBytes(int id, bool considerSpecialTokens, ArrayBufferWriter<byte> bytes)
    {
        string token = TextOf(id, considerSpecialTokens);
        bool special = specialTokensById.ContainsKey(id);
        foreach (Rune rune in token.EnumerateRunes())
        {
            int value = special || !rune.IsBmp ? -1 : ByteAlphabet.ByteOf((char)rune.Value);
            if (value >= 0)
            {
                bytes.GetSpan(1)[0] = (byte)value;
                bytes.Advance(1);
            }
            else
            {
                bytes.Advance(rune.EncodeToUtf8(bytes.GetSpan(4)));
            }
        }
    }
}
