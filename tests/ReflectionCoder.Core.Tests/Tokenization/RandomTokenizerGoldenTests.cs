using System.IO.Compression;
using System.Text.Json;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Tests.Tokenization;

/// <summary>
/// Small tokenizers that mix all that we support, with ids and texts measured on Hugging Face's library (npm tokenizers 0.23.2); made by
/// eng/random-tokenizers.py and eng/huggingface-tokenizers.mjs.
/// </summary>
[Trait("Category", "Golden")]
public sealed class RandomTokenizerGoldenTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void RandomTokenizers_TextsAndIds_EqualHuggingFace()
    {
        int compared = 0;
        foreach (JsonElement golden in ReadLines())
        {
            Write(golden.GetProperty("tokenizer"));
            CodeTokenizer tokenizer = CodeTokenizer.Load(folder.Path);
            foreach ((JsonElement text, JsonElement ids) in Pairs(golden, "texts", "encodings"))
            {
                Assert.True(Goldens.Ints(ids).SequenceEqual(tokenizer.EncodeWithSpecialTokens(text.GetString()!)), $"{golden}: {text}");
                compared++;
            }

            foreach ((JsonElement ids, JsonElement texts) in Pairs(golden, "ids", "decodings"))
            {
                foreach (bool skips in (bool[])[false, true])
                {
                    // Markers that we add have ids that the measured tokenizer lacks.
                    int[] known = [.. Goldens.Ints(ids).Where(id => id < tokenizer.MarkerIds.User)];
                    IncrementalDecoder decoder = tokenizer.CreateDecoder(skips);
                    Assert.True(texts[skips ? 1 : 0].GetString() == tokenizer.Decode(known, skips), $"{golden}: {ids}");
                    Assert.Equal(texts[skips ? 1 : 0].GetString(), string.Concat(known.Select(decoder.Append)) + decoder.Finish());
                    compared++;
                }
            }
        }

        Assert.Equal(130 * (12 + 16), compared);
    }

    [Fact]
    public void Save_RandomTokenizers_HuggingFaceReadsAlike()
    {
        Assert.SkipUnless(NodeOracle.IsAvailable, NodeOracle.Reason);
        foreach (JsonElement golden in ReadLines().Take(8))
        {
            Write(golden.GetProperty("tokenizer"));
            CodeTokenizer tokenizer = CodeTokenizer.Load(folder.Path);
            tokenizer.Save(folder.Path);
            string[] texts =
            [
                .. golden.GetProperty("texts").EnumerateArray().Select(text => text.GetString()!),
                "a<|user|>b <|endofblock|>",
                .. Markers.All,
            ];
            int[][] sequences =
            [
                [
                    tokenizer.MarkerIds.User,
                    tokenizer.MarkerIds.Text,
                    1,
                    2,
                    tokenizer.MarkerIds.EndOfBlock,
                    tokenizer.MarkerIds.EndOfMessage,
                ],
            ];
            JsonElement measured = NodeOracle.Measure(folder.Path, texts, sequences);
            foreach ((JsonElement text, JsonElement ids) in Pairs(measured, "texts", "encodings"))
            {
                Assert.Equal(Goldens.Ints(ids), tokenizer.EncodeWithSpecialTokens(text.GetString()!));
            }

            JsonElement decoded = measured.GetProperty("decodings")[0];
            Assert.Equal(decoded[0].GetString(), tokenizer.Decode(sequences[0]));
            Assert.Equal(decoded[1].GetString(), tokenizer.Decode(sequences[0], skipSpecialTokens: true));
        }
    }

    private static IEnumerable<(JsonElement First, JsonElement Second)> Pairs(JsonElement owner, string first, string second) =>
        owner.GetProperty(first).EnumerateArray().Zip(owner.GetProperty(second).EnumerateArray());

    private static IEnumerable<JsonElement> ReadLines()
    {
        using StreamReader reader = new(
            new GZipStream(
                File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Tokenization", "RandomTokenizers.jsonl.gz")),
                CompressionMode.Decompress
            )
        );
        while (reader.ReadLine() is string line)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            yield return document.RootElement.Clone();
        }
    }

    private void Write(JsonElement tokenizer)
    {
        File.WriteAllText(folder.File("tokenizer.json"), tokenizer.GetRawText());
        File.WriteAllText(folder.File("tokenizer_config.json"), """{"eos_token":"<e>"}""");
        File.Delete(folder.File("special_tokens_map.json"));
    }
}
