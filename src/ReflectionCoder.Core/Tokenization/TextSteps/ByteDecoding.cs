using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace ReflectionCoder.Tokenization.TextSteps;

/// <summary>Reads GPT-2's characters as bytes of UTF-8; bytes that form no character become U+FFFD.</summary>
internal sealed record ByteLevelDecoding : DecoderStep
{
    /// <inheritdoc/>
    public override bool Fuses => true;

    /// <inheritdoc/>
    public override DecoderState Start(bool fused, DecoderState next) => new State(next);

    private sealed class State(DecoderState next) : DecoderState(next)
    {
        private readonly Decoder decoder = Encoding.UTF8.GetDecoder();

        public override void Accept(ReadOnlySpan<char> token) =>
            Convert(ByteCharacters.Decode(token) ?? Encoding.UTF8.GetBytes(token.ToString()), flush: false);

        public override void End()
        {
            Convert([], flush: true);
            base.End();
        }

        private void Convert(ReadOnlySpan<byte> bytes, bool flush)
        {
            char[] characters = new char[decoder.GetCharCount(bytes, flush)];
            decoder.GetChars(bytes, characters, flush);
            Next.Accept(characters);
        }
    }
}

/// <summary>Reads runs of byte tokens (<c>&lt;0x0A&gt;</c>) as UTF-8; a run that isn't becomes one U+FFFD a byte.</summary>
/// <remarks>A run is held back to its end: until then its last byte may spoil the whole of it.</remarks>
internal sealed record ByteFallbackDecoding : DecoderStep
{
    /// <inheritdoc/>
    public override DecoderState Start(bool fused, DecoderState next) => new State(next);

    private sealed class State(DecoderState next) : DecoderState(next)
    {
        private readonly List<byte> run = [];

        public override void Accept(ReadOnlySpan<char> token)
        {
            if (
                token.Length == 6
                && token.StartsWith("<0x", StringComparison.Ordinal)
                && token[5] == '>'
                && byte.TryParse(token[3..5], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value)
            )
            {
                run.Add(value);
                return;
            }

            SendRun();
            Next.Accept(token);
        }

        public override void End()
        {
            SendRun();
            base.End();
        }

        private void SendRun()
        {
            if (run.Count == 0)
            {
                return;
            }

            byte[] bytes = [.. run];
            run.Clear();
            if (Utf8.IsValid(bytes))
            {
                Next.Accept(Encoding.UTF8.GetString(bytes));
                return;
            }

            for (int i = 0; i < bytes.Length; i++)
            {
                Next.Accept("\ufffd");
            }
        }
    }
}
