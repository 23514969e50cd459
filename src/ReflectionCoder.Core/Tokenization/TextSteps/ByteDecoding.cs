using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace ReflectionCoder.Tokenization.TextSteps;

/// <summary>Turns GPT-2's byte characters into bytes, and these from UTF-8 into text. Invalid bytes become U+FFFD.</summary>
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

/// <summary>
/// Turns byte tokens (<c>&lt;0x0A&gt;</c>) that follow each other into text. If they aren't valid UTF-8 together, each becomes a U+FFFD.
/// </summary>
/// <remarks>Such tokens are held back until another token comes, because a further byte may make all of them invalid.</remarks>
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
