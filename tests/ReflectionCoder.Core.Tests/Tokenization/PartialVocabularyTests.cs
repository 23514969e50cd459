using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.BytePairs;
using ReflectionCoder.Tokenization.HuggingFace;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tests.Tokenization;

/// <summary>
/// Vocabularies that can't spell every text: bytes are missing, or the tokens that bytes fall back to. Goldens are measured on Hugging
/// Face's library (npm tokenizers 0.23.2).
/// </summary>
public sealed class PartialVocabularyTests : IDisposable
{
    private static readonly string[] ByteTexts =
    [
        "a\U00050000b",
        "\U00050000\U00050001",
        "azzb z",
        "\U0001f40d",
        "zzyyzz zy",
        "az",
        "\u00e9z",
    ];
    private static readonly string[] CharacterTexts =
    [
        "a\u00e9\u4f60b",
        "\u4f60\u00e9\u4f60a",
        "\u4f60\u4f60",
        "\u4f60\u00e9",
        "?a\u4f60ab",
        "a\u4f60a",
        "a\u4f60b",
    ];
    private static readonly string[] CharacterVocabulary = ["<unk>", "a", "b", "?", "<0xC3>", "<0xA9>", "?a", "a?", "ab"];

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, string, string> ByteLevelCases =>
        new()
        {
            // Missing bytes; the model's settings and further tokens; ids of each text.
            {
                "F1",
                "{}",
                "97 144 128 128 98|144 128 128 144 128 129|97 122 122 98 32 122|"
                    + "240 159 144 141|122 122 121 121 122 122 32 122 121|97 122|195 169 122"
            },
            {
                "F1 7A",
                """{"unk_token":"<unk>"}""",
                "97 254 143 127 127 98|254 143 127 127 254 143 127 128|97 254 254 98 32 254|"
                    + "239 158 143 140|254 254 121 121 254 254 32 254 121|97 254|194 168 254"
            },
            {
                "F1 7A",
                """{"unk_token":"<unk>","fuse_unk":true}""",
                "97 254 143 127 127 98|254 143 127 127 254 143 127 128|97 254 98 32 254|"
                    + "239 158 143 140|254 121 121 254 32 254 121|97 254|194 168 254"
            },
            {
                // The fallback is of the byte's character: 0xF1 is written U+00F1, whose UTF-8 is C3 B1. "y" has none and comes behind the
                // "z" after it.
                "F1 7A 79",
                """{"unk_token":"<unk>","byte_fallback":true,"tokens":["<0xC3>","<0xB1>","<0x7A>"]}""",
                "97 254 255 142 126 126 98|254 255 142 126 126 254 255 142 126 127|97 256 256 98 32 256|"
                    + "238 157 142 139|256 256 253 256 256 253 32 256 253|97 256|193 167 256"
            },
            {
                "F1 7A 79",
                """{"unk_token":"<unk>","fuse_unk":true,"byte_fallback":true,"tokens":["<0xC3>","<0xB1>","<0x7A>"]}""",
                "97 254 255 142 126 126 98|254 255 142 126 126 254 255 142 126 127|97 256 256 98 32 256|"
                    + "238 157 142 139|256 256 256 256 253 32 256 253|97 256|193 167 256"
            },
            {
                "F1 7A 79",
                """{"fuse_unk":true,"byte_fallback":true,"tokens":["<0xC3>","<0x7A>"]}""",
                "97 142 126 126 98|142 126 126 142 126 127|97 254 254 98 32 254|"
                    + "238 157 142 139|254 254 254 254 32 254|97 254|193 167 254"
            },
            {
                // Merges take the unknown token like any other.
                "7A",
                """{"unk_token":"<unk>","tokens":["<unk>a","a<unk>","<unk><unk>"],"merges":[["<unk>","<unk>"],["a","<unk>"]]}""",
                "97 240 143 127 127 98|240 143 127 127 240 143 127 128|97 258 98 32 255|"
                    + "239 158 143 140|258 121 121 258 32 255 121|257|194 168 255"
            },
            {
                "7A",
                """{"unk_token":"<unk>","ignore_merges":true,"tokens":["az","zzyyzz"]}""",
                "97 240 143 127 127 98|240 143 127 127 240 143 127 128|97 255 255 98 32 255|"
                    + "239 158 143 140|257 32 255 121|256|194 168 255"
            },
        };

    public static TheoryData<string, string> CharacterCases =>
        new()
        {
            { """{"unk_token":"<unk>","byte_fallback":true}""", "1 4 5 0 2|4 5 0 0 1|0 0|4 5 0|3 1 0 1 2|1 0 1|1 0 2" },
            { """{"unk_token":"<unk>","byte_fallback":true,"fuse_unk":true}""", "1 4 5 0 2|4 5 0 1|0|4 5 0|3 1 0 1 2|1 0 1|1 0 2" },
            { """{"byte_fallback":true}""", "1 4 5 2|4 5 1||4 5|3 1 1 2|1 1|1 2" },
            { """{"byte_fallback":true,"ignore_merges":true}""", "1 4 5 2|4 5 1||4 5|3 1 1 2|1 1|1 2" },
            {
                """{"unk_token":"?","byte_fallback":true,"merges":[["?","a"],["a","?"],["a","b"]]}""",
                "1 4 5 3 2|4 5 3 6|3 3|4 5 3|6 6 2|1 6|7 2"
            },
            { """{"unk_token":"?","fuse_unk":true,"merges":[["a","?"],["?","a"],["a","b"]]}""", "7 2|6|3|3|3 7 8|7 1|7 2" },
        };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(ByteLevelCases))]
    public void EncodeText_BytesMissing_EqualsHuggingFace(string missing, string settings, string golden)
    {
        CodeTokenizer tokenizer = Load([.. missing.Split(' ').Select(value => Convert.ToByte(value, 16))], settings);
        Assert.Equal(golden.Split('|'), ByteTexts.Select(text => string.Join(' ', tokenizer.EncodeText(text))));

        // What can be spelled still comes back.
        Assert.Equal("caf\u00e9 \U0001f40d", tokenizer.Decode(tokenizer.EncodeText("caf\u00e9 \U0001f40d")));
    }

    [Theory]
    [MemberData(nameof(CharacterCases))]
    public void EncodeText_ByteTokensMissing_EqualsHuggingFace(string settings, string golden)
    {
        CodeTokenizer tokenizer = Load(null, settings);
        Assert.Equal(golden.Split('|'), CharacterTexts.Select(text => string.Join(' ', tokenizer.EncodeText(text))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void EncodeText_RandomPartialVocabularies_EqualsHuggingFace(bool byteLevel)
    {
        Assert.SkipUnless(NodeOracle.IsAvailable, NodeOracle.Reason);
        Random random = new(byteLevel ? 11 : 12);
        string[] alphabet =
        [
            "a",
            "b",
            "y",
            "z",
            " ",
            "?",
            "\u00e9",
            "\u4f60",
            "\u00f1",
            "\U0001f40d",
            "\U00050000",
            "\ue000",
            "zzz",
            "<unk>",
            "<0x7A>",
        ];
        for (int round = 0; round < 15; round++)
        {
            byte[] missing = [.. ((byte[])[0xf1, (byte)'z', (byte)'y', (byte)'a', 0xa9, 0x90, 0xe4]).Where(_ => random.Next(2) == 0)];
            string[] bytes =
            [
                .. ((byte[])[0xc3, 0xb1, 0x7a, 0xa9, 0xe4, 0xbd, 0xa0, 0xf1, 0x90, 0x80])
                    .Where(_ => random.Next(5) > 0)
                    .Select(value => CharacterEncoder.ByteToken(value)),
            ];
            string[] tokens = [.. ((string[])[.. bytes, "b?", "bb", "?b"]).Except(byteLevel ? [] : CharacterVocabulary)];
            string[] merges = [.. ((string[])["b b", "b ?", "? b"]).Where(_ => random.Next(2) == 0)];
            bool unknown = random.Next(3) > 0;
            JsonObject settings = new()
            {
                ["unk_token"] = unknown
                    ? random.Next(4) == 0 && !byteLevel
                        ? "?"
                        : "<unk>"
                    : null,
                ["fuse_unk"] = random.Next(2) == 0,
                ["byte_fallback"] = random.Next(2) == 0,
                ["ignore_merges"] = random.Next(3) == 0,
                ["tokens"] = new JsonArray([.. tokens.Select(token => (JsonNode)token)]),
                ["merges"] = new JsonArray([.. merges.Select(merge => (JsonNode)merge)]),
            };
            CodeTokenizer tokenizer = Load(byteLevel ? missing : null, settings.ToJsonString());
            string[] texts =
            [
                .. Enumerable
                    .Range(0, 30)
                    .Select(i => Enumerable.Range(0, i == 0 ? 2 * PairEncoder.LongPiece : random.Next(1, 12)))
                    .Select(parts => string.Concat(parts.Select(_ => alphabet[random.Next(alphabet.Length)]))),
            ];
            JsonElement encodings = NodeOracle.Measure(folder.Path, texts, []).GetProperty("encodings");
            for (int i = 0; i < texts.Length; i++)
            {
                bool equal = Goldens.Ints(encodings[i]).SequenceEqual(tokenizer.EncodeText(texts[i]));
                Assert.True(equal, $"{settings.ToJsonString()} {Convert.ToHexString(missing)}: {texts[i]}");
            }
        }
    }

    [Fact]
    public void Save_BytesMissing_LoadsAlike()
    {
        CodeTokenizer tokenizer = Load([0xf1], """{"unk_token":"<unk>"}""");
        int[][] expected = [.. ByteTexts.Select(tokenizer.EncodeText)];
        tokenizer.Save(folder.Path);
        Assert.Equal(expected, ByteTexts.Select(CodeTokenizer.Load(folder.Path).EncodeText));
    }

    /// <summary>
    /// Writes and loads a tokenizer of all bytes but some, or of a few characters where <paramref name="missing"/> is null.
    /// </summary>
    private CodeTokenizer Load(byte[]? missing, string settings)
    {
        JsonObject model = (JsonObject)JsonNode.Parse(settings)!;
        IEnumerable<string> tokens = missing is null
            ? CharacterVocabulary
            :
            [
                .. Enumerable
                    .Range(0, 256)
                    .Select(value => (byte)value)
                    .Except(missing)
                    .Select(value => ByteCharacters.Of(value).ToString()),
            ];
        if (missing is not null && (string?)model["unk_token"] is string unknown)
        {
            tokens = tokens.Append(unknown);
        }

        tokens = tokens.Concat(model["tokens"]?.AsArray().Select(token => (string)token!) ?? []);
        model.Remove("tokens");
        model["type"] = "BPE";
        model["vocab"] = new JsonObject(tokens.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)id)));
        model["merges"] ??= new JsonArray();
        JsonObject byteLevel = new()
        {
            ["type"] = "ByteLevel",
            ["add_prefix_space"] = false,
            ["trim_offsets"] = true,
            ["use_regex"] = true,
        };
        AddedToken end = new(model["vocab"]!.AsObject().Count, "<e>", IsSpecial: true, IsNormalized: false);
        JsonObject root = new()
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(TokenizerFiles.ToJson(end)),
            ["pre_tokenizer"] = missing is null ? null : byteLevel,
            ["decoder"] = missing is null ? new JsonObject { ["type"] = "Fuse" } : byteLevel.DeepClone(),
            ["model"] = model,
        };
        File.WriteAllText(folder.File("tokenizer.json"), root.ToJsonString());
        File.WriteAllText(folder.File("tokenizer_config.json"), """{"eos_token":"<e>"}""");
        return CodeTokenizer.Load(folder.Path);
    }
}
