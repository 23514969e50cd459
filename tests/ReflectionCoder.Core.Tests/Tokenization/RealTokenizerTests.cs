using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.ML.Tokenizers;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tests.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.BytePairs;
using ReflectionCoder.Tokenization.Samples;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tests.Tokenization;

/// <summary>What must hold on every real tokenizer, whatever its ids.</summary>
public sealed class RealTokenizerTests
{
    [Fact]
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

    [Fact]
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
                SampleType.Generation
            );
            Assert.Equal(reference.Tokenize(conversation)!.InputIds, structured.Tokenize(conversation)!.InputIds);
        }
    }

    [Fact]
    public void EncodeText_LongWordsAndRuns_TakeNoQuadraticTime()
    {
        const int length = 250_000;

        // Some half a second each on a quiet machine; quadratic time would be minutes.
        TimeSpan limit = TimeSpan.FromSeconds(10);
        string[] texts =
        [
            new('a', length),
            new('\u4f60', length / 3),
            new(' ', length),
            string.Concat(Enumerable.Repeat("\u2581x", length / 3)),
            new('\u0301', length / 3),
        ];
        foreach (
            CodeTokenizer tokenizer in RealTokenizers
                .All.Select(source => source.Tokenizer)
                .DistinctBy(tokenizer => tokenizer.VocabularySize)
        )
        {
            foreach (string text in texts)
            {
                long start = Stopwatch.GetTimestamp();
                Assert.NotEmpty(tokenizer.EncodeText(text));
                TimeSpan taken = Stopwatch.GetElapsedTime(start);
                Assert.True(taken < limit, $"{tokenizer.VocabularySize} tokens, {text.Length} times '{text[0]}': {taken}");
            }
        }
    }

    [Fact]
    public void EncodeText_LongWords_EqualsHuggingFace()
    {
        Assert.SkipUnless(NodeOracle.IsAvailable, NodeOracle.Reason);
        Random random = new(256);
        string[] texts =
        [
            .. from length in (int[])[PairEncoder.LongPiece - 1, PairEncoder.LongPiece, PairEncoder.LongPiece + 1, 5_000]
            from alphabet in (string[])["a", " ", "=", "etaoinshrdlu", "ab\u00e9\u4f60", "\U0001f40d\u0301x_", "\ue000\u2581 ."]
            select "x = " + RandomText(random, alphabet, length) + "\n",
        ];
        foreach (
            CodeTokenizer tokenizer in RealTokenizers
                .All.Select(source => source.Tokenizer)
                .DistinctBy(tokenizer => tokenizer.VocabularySize)
        )
        {
            using TemporaryFolder folder = new();
            tokenizer.Save(folder.Path);
            JsonElement encodings = NodeOracle.Measure(folder.Path, texts, []).GetProperty("encodings");
            for (int i = 0; i < texts.Length; i++)
            {
                Assert.Equal(Goldens.Ints(encodings[i]), tokenizer.EncodeText(texts[i]));
            }
        }
    }

    [Fact]
    public void Save_WithMarkers_HuggingFaceReadsAlike()
    {
        Assert.SkipUnless(NodeOracle.IsAvailable, NodeOracle.Reason);
        string[] texts =
        [
            "<|user|><|text|>Double x.<|endofblock|><|endofmessage|>",
            "a <|code|> b<|execution|>",
            "def f(x):\n    return 2 * x \u4f60",
            .. Markers.All,
        ];
        foreach (
            CodeTokenizer tokenizer in RealTokenizers
                .All.Select(source => source.Tokenizer)
                .DistinctBy(tokenizer => tokenizer.VocabularySize)
        )
        {
            using TemporaryFolder folder = new();
            tokenizer.Save(folder.Path);
            int[][] sequences = [.. texts.Select(tokenizer.EncodeWithSpecialTokens)];
            JsonElement measured = NodeOracle.Measure(folder.Path, texts, sequences);
            for (int i = 0; i < texts.Length; i++)
            {
                Assert.Equal(Goldens.Ints(measured.GetProperty("encodings")[i]), sequences[i]);
                Assert.Equal(measured.GetProperty("decodings")[i][0].GetString(), tokenizer.Decode(sequences[i]));
                Assert.Equal(measured.GetProperty("decodings")[i][1].GetString(), tokenizer.Decode(sequences[i], skipSpecialTokens: true));
            }
        }
    }

    [Fact]
    public void EncodeText_ManyThreads_GivesEachItsOwnIds()
    {
        CodeTokenizer tokenizer = RealTokenizers.All[0].Tokenizer;
        string[] texts = [.. Enumerable.Range(0, 400).Select(i => $"def name_{i}(value):\n    return value + {i * 7919}\n")];
        int[][] expected = [.. texts.Select(tokenizer.EncodeText)];
        Parallel.For(
            0,
            8,
            _ =>
            {
                for (int i = 0; i < texts.Length; i++)
                {
                    Assert.Equal(expected[i], tokenizer.EncodeText(texts[i]));
                }
            }
        );
    }

    [Fact]
    public void CreateDecoder_WithContext_GivesWhatTheRestAdds()
    {
        const string Text = "```python\n    return x\n\n\u4f60\u597d \U0001f40d  # end\n";
        foreach (CodeTokenizer tokenizer in RealTokenizers.All.Select(source => source.Tokenizer))
        {
            int[] ids = [tokenizer.BosTokenId, tokenizer.MarkerIds.Text, .. tokenizer.EncodeText(Text)];
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

    [Fact]
    public void IncrementalDecoder_RandomIds_EqualsDecode()
    {
        foreach (CodeTokenizer tokenizer in RealTokenizers.All.Select(source => source.Tokenizer))
        {
            Random random = new(4);
            for (int i = 0; i < 200; i++)
            {
                int[] ids =
                [
                    .. Enumerable
                        .Range(0, random.Next(20))
                        .Select(_ => random.Next(3) == 0 ? random.Next(300) : random.Next(tokenizer.VocabularySize + 2)),
                ];
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

    private static string RandomText(Random random, string alphabet, int characters)
    {
        Rune[] runes = [.. alphabet.EnumerateRunes()];
        return string.Concat(Enumerable.Range(0, characters).Select(_ => runes[random.Next(runes.Length)]));
    }
}
