using System.IO.Compression;
using System.Text.Json;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Tests.Tokenization;

/// <summary>Real tokenizers with ids measured on Hugging Face's library: $REFLECTIONCODER_TOKENIZERS, or ../shared/tokenizers.</summary>
[Trait("Category", "Golden")]
public sealed class HuggingFaceGoldenTests(HuggingFaceGoldenTests.Tokenizers tokenizers) : IClassFixture<HuggingFaceGoldenTests.Tokenizers>
{
    [SkippableFact]
    public void EncodeWithSpecialTokens_RealTokenizers_EqualsHuggingFace()
    {
        int compared = 0;
        foreach ((string folder, CodeTokenizer tokenizer) in tokenizers.Supported())
        {
            foreach (string file in Directory.GetFiles(Path.Combine(folder, "goldens"), "*.jsonl"))
            {
                foreach (string line in File.ReadLines(file))
                {
                    using JsonDocument golden = JsonDocument.Parse(line);
                    string text = golden.RootElement.GetProperty("text").GetString()!;
                    if (TryEncode(tokenizer, text) is int[] ids)
                    {
                        Assert.True(Goldens.Ints(golden.RootElement.GetProperty("ids")).SequenceEqual(ids), $"{file}: {line}");
                        compared++;
                    }
                }
            }
        }

        Assert.True(compared > 0, "No supported tokenizer was compared.");
    }

    [SkippableFact]
    public void Decode_RealTokenizers_EqualsHuggingFace()
    {
        foreach ((string folder, CodeTokenizer tokenizer) in tokenizers.Supported())
        {
            foreach (string line in Directory.GetFiles(Path.Combine(folder, "decode"), "*.jsonl").SelectMany(File.ReadLines))
            {
                using JsonDocument golden = JsonDocument.Parse(line);
                int[] ids = Goldens.Ints(golden.RootElement.GetProperty("ids"));
                Assert.Equal(golden.RootElement.GetProperty("text").GetString(), tokenizer.Decode(ids));
                Assert.Equal(golden.RootElement.GetProperty("text_skip_special").GetString(), tokenizer.Decode(ids, skipSpecialTokens: true));
            }
        }
    }

    [SkippableFact]
    public void Save_RealTokenizer_LoadsWithEqualIdsAndMarkers()
    {
        CodeTokenizer tokenizer = tokenizers.Supported().MinBy(supported => supported.Tokenizer.VocabularySize).Tokenizer;
        using TemporaryFolder folder = new();
        tokenizer.Save(folder.Path);
        CodeTokenizer loaded = CodeTokenizer.Load(folder.Path);
        Assert.Empty(loaded.AppendedMarkers);
        Assert.Equal(tokenizer.MarkerIds, loaded.MarkerIds);
        Assert.Equal(tokenizer.VocabularySize, loaded.VocabularySize);
        const string Text = "def f(x):\n    return x  # <|user|> it's 12\r\n";
        Assert.Equal(tokenizer.EncodeText(Text), loaded.EncodeText(Text));
        Assert.Equal(tokenizer.EncodeWithSpecialTokens(Text), loaded.EncodeWithSpecialTokens(Text));
        Assert.Contains(tokenizer.MarkerIds.User, loaded.EncodeWithSpecialTokens(Text));
        Assert.DoesNotContain(tokenizer.MarkerIds.User, loaded.EncodeText(Text));
    }

    /// <summary>The ids; null where the text needs character composition, which .NET lacks without ICU.</summary>
    private static int[]? TryEncode(CodeTokenizer tokenizer, string text)
    {
        try
        {
            return tokenizer.EncodeWithSpecialTokens(text);
        }
        catch (SampleFormatException exception) when (exception.Message.Contains("NFC", StringComparison.Ordinal))
        {
            return null;
        }
    }

    private static string Root()
    {
        string? root = RepositoryFolder.Material("REFLECTIONCODER_TOKENIZERS", "tokenizers");
        Skip.If(root is null, "No tokenizers folder: set REFLECTIONCODER_TOKENIZERS or put it at ../shared/tokenizers.");
        return root!;
    }

    /// <summary>Loads each tokenizer once for all tests.</summary>
    public sealed class Tokenizers
    {
        private List<(string Folder, CodeTokenizer Tokenizer)>? supported;

        /// <summary>Every byte-level tokenizer of the folder; the others must be refused by a typed error that says why.</summary>
        internal List<(string Folder, CodeTokenizer Tokenizer)> Supported()
        {
            if (supported is null)
            {
                List<(string Folder, CodeTokenizer Tokenizer)> loaded = [];
                foreach (string folder in Directory.GetDirectories(Root()))
                {
                    using TemporaryFolder unpacked = new();
                    Unpack(folder, unpacked);
                    try
                    {
                        loaded.Add((folder, CodeTokenizer.Load(unpacked.Path)));
                    }
                    catch (TokenizerFormatException exception)
                    {
                        Assert.Contains("not supported", exception.Message, StringComparison.Ordinal);
                    }
                }

                supported = loaded;
            }

            return supported;
        }

        private static void Unpack(string folder, TemporaryFolder unpacked)
        {
            using (GZipStream source = new(File.OpenRead(Path.Combine(folder, "tokenizer.json.gz")), CompressionMode.Decompress))
            using (FileStream target = File.Create(unpacked.File("tokenizer.json")))
            {
                source.CopyTo(target);
            }

            string config = Path.Combine(folder, "tokenizer_config.json");
            using JsonDocument tokenizerJson = JsonDocument.Parse(File.ReadAllBytes(unpacked.File("tokenizer.json")));
            string first = tokenizerJson.RootElement.GetProperty("added_tokens")[0].GetProperty("content").GetString()!;
            File.WriteAllText(
                unpacked.File("tokenizer_config.json"),
                File.Exists(config) ? File.ReadAllText(config) : JsonSerializer.Serialize(new { eos_token = first }));
        }
    }
}
