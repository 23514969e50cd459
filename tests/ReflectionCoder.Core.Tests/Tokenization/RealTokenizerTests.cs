using System.Text;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tests.Sequences;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Tests.Tokenization;

/// <summary>What must hold on every real tokenizer, whatever its ids.</summary>
public sealed class RealTokenizerTests
{
    [SkippableFact]
    public void EncodeText_HostileText_HoldsNoSpecialTokenAndDecodesToItself()
    {
        foreach (CodeTokenizer tokenizer in RealTokenizers.All.Select(source => source.Tokenizer))
        {
            Random random = new(29);
            for (int i = 0; i < 200; i++)
            {
                string text = RandomConversations.Text(random);
                int[] ids = tokenizer.EncodeText(text);
                Assert.DoesNotContain(ids, tokenizer.IsSpecial);
                string composed = CharacterComposer.Compose(text);
                Assert.Contains(tokenizer.Decode(ids), (string[])[text, composed]);
            }
        }
    }

    [SkippableFact]
    public void Tokenize_PlainContent_IsTheSameInBothParsings()
    {
        foreach (CodeTokenizer tokenizer in RealTokenizers.All.Select(source => source.Tokenizer))
        {
            SampleTokenizer structured = new(tokenizer);
            SampleTokenizer reference = new(tokenizer, new SampleTokenizerOptions { MarkerParsing = MarkerParsing.Reference });
            Conversation conversation = new(
                [
                    new(MessageRole.User, [new(BlockType.Text, "Double x.")]),
                    new(MessageRole.Assistant, [new(BlockType.Code, "def f(x):\n    return 2 * x")]),
                ],
                SampleType.Generation);
            Assert.Equal(reference.Tokenize(conversation)!.InputIds, structured.Tokenize(conversation)!.InputIds);
        }
    }

    [SkippableFact]
    public void EncodeText_LongWordsAndRuns_TakeNoQuadraticTime()
    {
        string[] texts = [new('a', 1_000_000), new('\u4f60', 300_000), new(' ', 1_000_000), string.Concat(Enumerable.Repeat("\u2581x", 300_000)), new('\u0301', 300_000)];
        foreach (CodeTokenizer tokenizer in RealTokenizers.All.Select(source => source.Tokenizer).DistinctBy(tokenizer => tokenizer.VocabularySize))
        {
            foreach (string text in texts)
            {
                Assert.NotEmpty(tokenizer.EncodeText(text));
            }
        }
    }

    [SkippableFact]
    public void EncodeText_ManyThreads_GivesEachItsOwnIds()
    {
        CodeTokenizer tokenizer = RealTokenizers.All[0].Tokenizer;
        string[] texts = [.. Enumerable.Range(0, 400).Select(i => $"def name_{i}(value):\n    return value + {i * 7919}\n")];
        int[][] expected = [.. texts.Select(tokenizer.EncodeText)];
        Parallel.For(0, 8, _ =>
        {
            for (int i = 0; i < texts.Length; i++)
            {
                Assert.Equal(expected[i], tokenizer.EncodeText(texts[i]));
            }
        });
    }

    [SkippableFact]
    public void CreateDecoder_WithContext_GivesWhatTheRestAdds()
    {
        const string Text = "```python\n    return x\n\n\u4f60\u597d \U0001f40d  # end\n";
        foreach (CodeTokenizer tokenizer in RealTokenizers.All.Select(source => source.Tokenizer))
        {
            int[] ids = [tokenizer.BosId, tokenizer.MarkerIds.Text, .. tokenizer.EncodeText(Text)];
            string whole = tokenizer.Decode(ids, skipSpecialTokens: true);
            for (int i = 0; i <= ids.Length; i++)
            {
                // A cut inside a character leaves it to neither side.
                string before = tokenizer.Decode(ids[..i], skipSpecialTokens: true);
                IncrementalDecoder decoder = tokenizer.CreateDecoder(skipSpecialTokens: true, ids[..i]);
                string rest = string.Concat(ids[i..].Select(decoder.Append)) + decoder.Finish();
                Assert.True(before.Contains('\ufffd', StringComparison.Ordinal) || before + rest == whole, $"{before}|{rest}");
            }
        }
    }

    [SkippableFact]
    public void IncrementalDecoder_RandomIds_EqualsDecode()
    {
        foreach (CodeTokenizer tokenizer in RealTokenizers.All.Select(source => source.Tokenizer))
        {
            Random random = new(4);
            for (int i = 0; i < 200; i++)
            {
                int[] ids = [.. Enumerable.Range(0, random.Next(20)).Select(_ => random.Next(3) == 0 ? random.Next(300) : random.Next(tokenizer.VocabularySize + 2))];
                bool skips = random.Next(2) == 0;
                IncrementalDecoder decoder = tokenizer.CreateDecoder(skips);
                StringBuilder text = new();
                foreach (int id in ids)
                {
                    text.Append(decoder.Append(id));
                }

                Assert.Equal(tokenizer.Decode(ids, skips), text.Append(decoder.Finish()).ToString());
            }
        }
    }
}
