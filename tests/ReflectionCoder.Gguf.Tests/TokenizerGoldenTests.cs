using System.Text.Json;
using System.Text.Json.Nodes;
using LLama;
using LLama.Exceptions;
using LLama.Native;
using ReflectionCoder.Files;
using ReflectionCoder.Gguf.Format;
using ReflectionCoder.Gguf.Models;
using ReflectionCoder.Gguf.Vocabularies;
using ReflectionCoder.Tests.Tokenization;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.HuggingFace;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tests;

/// <summary>Exported tokenizers, loaded without a model, give Hugging Face's ids.</summary>
public sealed class TokenizerGoldenTests(ITestOutputHelper output)
{
    /// <summary>The names that an export finds by how text is split.</summary>
    public static TheoryData<string> PreTokenizers { get; } =
    ["gpt-2", "qwen2", "llama-bpe", "smaug-bpe", "tekken", "starcoder", "deepseek-coder"];

    /// <summary>
    /// Two differences are known. The runtime never composes characters (NFC), so a text that this changes is compared in its composed
    /// form. And it finds a special token by its text, where a file may ask for the normalized text: goldens of such tokens are left out.
    /// </summary>
    [Fact]
    [Trait("Category", "Golden")]
    public void Runtime_EveryGolden_EqualsHuggingFace()
    {
        LlamaRuntime.Require();
        using TemporaryFolder folder = new();
        foreach (
            RealTokenizers.Source source in RealTokenizers
                .All.Where(source => source.IsTokenizerJson)
                .GroupBy(source => source.Folder)
                .Select(sources => sources.Last())
        )
        {
            string path = folder.File("vocabulary.gguf");
            VocabularyFile.Write(source.Tokenizer, path);
            using LLamaWeights weights = LlamaRuntime.Load(path, vocabularyOnly: true);
            TokenizerDefinition definition = source.Tokenizer.Definition;
            bool composes = definition.Normalizers.Any(normalizer => normalizer is CompositionNormalizer);
            bool plainForms = definition.AddedTokens.All(token => TextSplitting.FormOf(token, definition.Normalizers) == token.Content);
            Assert.Equal(source.Tokenizer.BosTokenId, (int)weights.Vocab.BOS!.Value);
            Assert.Equal(source.Tokenizer.EosTokenId, (int)weights.Vocab.EOS!.Value);
            Assert.True(weights.Vocab.ShouldAddBOS);
            int equal = 0;
            List<string> changed = [];
            foreach (
                string line in Directory
                    .GetFiles(Path.Combine(source.Folder, "goldens"), "*.jsonl")
                    .Where(file => plainForms || !file.Contains(".special.", StringComparison.Ordinal))
                    .SelectMany(File.ReadLines)
            )
            {
                using var golden = JsonDocument.Parse(line);
                string text = golden.RootElement.GetProperty("text").GetString()!;
                string composed = composes ? CharacterComposer.Compose(text) : text;
                int[] expected = golden.RootElement.GetProperty("ids").Deserialize<int[]>()!;
                Assert.True(expected.SequenceEqual(LlamaRuntime.Tokenize(weights, composed, special: true)), $"{source.Name}: {line}");
                if (equal % 20 == 0)
                {
                    string prompt = $"<|user|><|text|>{composed}<|endofblock|><|endofmessage|><|assistant|><|code|> {composed}";
                    int[] ours = source.Tokenizer.EncodeWithSpecialTokens(prompt);
                    Assert.True(ours.SequenceEqual(LlamaRuntime.Tokenize(weights, prompt, special: true)), $"{source.Name}: {prompt}");
                }

                if (composed == text)
                {
                    equal++;
                }
                else
                {
                    changed.Add(text);
                }
            }

            Assert.InRange(equal, 2000, int.MaxValue);
            Assert.True(!composes || changed.Count > 0, "No text is changed by NFC.");
            output.WriteLine($"{Path.GetFileName(source.Folder)}: {equal} equal, {changed.Count} equal once they are composed (NFC)");
        }
    }

    /// <summary>Each name that an export finds splits text in the runtime as the tokenizer does here.</summary>
    [Theory]
    [MemberData(nameof(PreTokenizers))]
    public void Runtime_KnownPreTokenizer_SplitsAsOurs(string name)
    {
        LlamaRuntime.Require();
        using TemporaryFolder folder = new();
        var trained = CodeTokenizer.TrainByteLevel([.. Texts, .. Texts], 600);
        (JsonObject entry, bool ignoresMerges) = PreTokenizerNames.Describe(name)!.Value;
        JsonObject root = trained.Definition.Source();
        root["pre_tokenizer"] = entry;
        root["model"]!["ignore_merges"] = ignoresMerges;
        root["added_tokens"] = new JsonArray([.. trained.Definition.AddedTokens.Select(token => (JsonNode)TokenizerFiles.ToJson(token))]);
        TokenizerConfig config = new()
        {
            Content = [],
            Bos = "<|bos|>",
            Eos = "<|eos|>",
        };
        var tokenizer = CodeTokenizer.Parse("tokenizer.json", JsonSerializer.SerializeToUtf8Bytes(root), config);
        Assert.Equal(name, PreTokenizerNames.Find(tokenizer.Definition));
        string path = folder.File("vocabulary.gguf");
        VocabularyFile.Write(tokenizer, path);
        using LLamaWeights weights = LlamaRuntime.Load(path, vocabularyOnly: true);
        foreach (string text in Texts)
        {
            Assert.Equal(tokenizer.EncodeText(text), LlamaRuntime.Tokenize(weights, text, special: false));
            string prompt = $"<|user|><|text|>{text}<|endofblock|><|endofmessage|>";
            Assert.Equal(tokenizer.EncodeWithSpecialTokens(prompt), LlamaRuntime.Tokenize(weights, prompt, special: true));
        }
    }

    /// <summary>The runtime knows some tokens by their texts, whatever a file says of them (docs/gguf.md).</summary>
    [Theory]
    [InlineData("<|im_end|>", true)]
    [InlineData("<|eot_id|>", true)]
    [InlineData("<|im_start|>", false)]
    public void Runtime_TokenThatEndsTurnsElsewhere_EndsAnswersToo(string text, bool ends)
    {
        LlamaRuntime.Require();
        using TemporaryFolder folder = new();
        var plain = CodeTokenizer.CreateByteLevel();
        JsonObject root = plain.Definition.Source();
        root["added_tokens"] = new JsonArray([
            .. plain.Definition.AddedTokens.Select(token => (JsonNode)TokenizerFiles.ToJson(token)),
            TokenizerFiles.ToJson(new AddedToken(plain.VocabularySize, text, IsSpecial: true, IsNormalized: false)),
        ]);
        TokenizerConfig config = new()
        {
            Content = [],
            Bos = "<|bos|>",
            Eos = "<|eos|>",
        };
        var tokenizer = CodeTokenizer.Parse("tokenizer.json", JsonSerializer.SerializeToUtf8Bytes(root), config);
        VocabularyFile.Write(tokenizer, folder.File("vocabulary.gguf"));
        using LLamaWeights weights = LlamaRuntime.Load(folder.File("vocabulary.gguf"), vocabularyOnly: true);
        Assert.Equal(ends, ((LLamaToken)plain.VocabularySize).IsEndOfGeneration(weights.Vocab));
    }

    /// <summary>Files of others may not say whether bos begins a prompt; then an import has what the runtime does.</summary>
    [Theory]
    [MemberData(nameof(PreTokenizers))]
    public void Runtime_FileThatDoesNotSayWhetherBosIsAdded_IsReadAlike(string name)
    {
        LlamaRuntime.Require();
        using TemporaryFolder folder = new();
        string path = folder.File("vocabulary.gguf");
        VocabularyFile.Write(CodeTokenizer.CreateByteLevel(), path, preTokenizer: name);
        byte[] bytes = File.ReadAllBytes(path);
        int key = bytes.AsSpan().IndexOf("tokenizer.ggml.add_bos_token"u8);
        bytes[key] = (byte)'x';
        File.WriteAllBytes(path, bytes);
        using LLamaWeights weights = LlamaRuntime.Load(path, vocabularyOnly: true);
        using MemoryStream stream = new(bytes);
        GgufFields fields = new(GgufHeader.Read(stream, path));
        (_, TokenizerConfig config, _) = VocabularyReader.Read(fields, CodeTokenizer.CreateByteLevel().VocabularySize);
        Assert.Equal(weights.Vocab.ShouldAddBOS, config.AddsBos);
    }

    /// <summary>The exporter refuses such names.</summary>
    [Theory]
    [InlineData("my-Phi-3-coder")]
    [InlineData("phi3")]
    public void Runtime_NameByWhichItKnowsTokens_DoesNotLoad(string name)
    {
        LlamaRuntime.Require();
        using TemporaryFolder folder = new();
        VocabularyFile.Write(CodeTokenizer.CreateByteLevel(), folder.File("vocabulary.gguf"), name);
        Assert.Throws<LoadWeightsFailedException>(() => LlamaRuntime.Load(folder.File("vocabulary.gguf"), vocabularyOnly: true));
        Assert.Throws<DataFormatException>(() => GgufRefusals.CheckName(RandomModels.Llama, name));
    }

    private static readonly string[] Texts =
    [
        "def add(a, b):\n    return a + b  # sums 12345 and 67\n\n\n",
        "for (int i = 0; i < 1000000; ++i) { total += values[i] * 3.14159; }\r\n\tDone!",
        "It's we'll I'M they'RE don't; HTTPServer camelCase snake_case 'quoted' \"double\"",
        "  leading, trailing   \t\n  \n  mixed\u00a0spaces\u3000and tabs\t\tend  ",
        "Grüße, naïve café — 你好,世界 こんにちは 안녕하세요 привет мир 🙂🚀 x²",
        "!!!???...///***---===>>> <tag attr='1'/> 0x1F 1e-9 100,000.50 ½ ٣٤",
    ];
}
