using System.Buffers;
using Microsoft.ML.Tokenizers;

namespace ReflectionCoder.Tests.Tokenization;

/// <summary>What a tokenizer of a host's own gets from the base class when it writes only the members it must.</summary>
public sealed class TokenizerDefaultsTests
{
    private readonly LetterTokenizer tokenizer = new();

    [Fact]
    public void EncodeToIds_NotOverridden_IsTheTokensIds() => Assert.Equal(['c', 'a', 'b'], tokenizer.EncodeToIds("cab"));

    [Fact]
    public void CountTokens_NotOverridden_CountsTheTokens() => Assert.Equal(3, tokenizer.CountTokens("cab"));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5000)] // longer than the first buffer
    public void Decode_NotOverridden_GrowsUntilTheTextFits(int length) =>
        Assert.Equal(new string('x', length), tokenizer.Decode(Enumerable.Repeat((int)'x', length)));

    [Fact]
    public void Decode_InvalidIds_Throws() => Assert.Throws<InvalidOperationException>(() => tokenizer.Decode([-1]));

    /// <summary>One token a character; its id is the character's code. Reads only the span, as an override may.</summary>
    private sealed class LetterTokenizer : Tokenizer
    {
        public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
        {
            idsConsumed = charsWritten = 0;
            foreach (int id in ids)
            {
                if (id < 0)
                {
                    return OperationStatus.InvalidData;
                }

                if (charsWritten == destination.Length)
                {
                    return OperationStatus.DestinationTooSmall;
                }

                destination[charsWritten++] = (char)id;
                idsConsumed++;
            }

            return OperationStatus.Done;
        }

        protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
        {
            List<EncodedToken> tokens = [];
            for (int i = 0; i < textSpan.Length; i++)
            {
                tokens.Add(new EncodedToken(textSpan[i], textSpan[i].ToString(), i..(i + 1)));
            }

            return new EncodeResults<EncodedToken> { Tokens = tokens, CharsConsumed = textSpan.Length };
        }
    }
}
