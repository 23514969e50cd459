using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Tests.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.BytePairs;
using ReflectionCoder.Tokenization.HuggingFace;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tests.Tokenization;

/// <summary>
/// Broken tokenizer files and texts: typed errors or an answer, never a crash, a hang or memory without bound. $REFLECTIONCODER_FUZZ sets
/// the number of cases; the full run has 20,000.
/// </summary>
public sealed class TokenizerFaultTests : IDisposable
{
    private static readonly int Cases = int.Parse(
        Environment.GetEnvironmentVariable("REFLECTIONCODER_FUZZ") ?? "1000",
        CultureInfo.InvariantCulture
    );

    private static readonly string[] Tokens =
    [
        "null",
        "true",
        "-1",
        "1e9",
        "99999999999",
        "0.5",
        "\"\"",
        "\"\\ud800\"",
        "\"\u2581\"",
        "[]",
        "{}",
        "\"Sequence\"",
        "\"ByteLevel\"",
        "\"Metaspace\"",
        "\"first\"",
        "\"(a+)+$\"",
        "\"[\"",
        "\"\\\\p{L}++\"",
        "\"<|user|>\"",
        "\"a b\"",
        "\"Removed\"",
        "7",
        "4194303",
        "\"\ufffe\"",
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Load_MutatedFiles_ThrowsTypedErrorsOrEncodes()
    {
        Dictionary<string, byte[]>[] sources = [ByteLevelFiles(), CharacterFiles(), SentencePieceFiles(), VocabularyFiles()];
        Random random = new(20_000);
        int refused = 0;
        for (int i = 0; i < Cases; i++)
        {
            Dictionary<string, byte[]> files = new(sources[i % sources.Length]);
            string victim = files.Keys.Order().ElementAt(random.Next(files.Count));
            files[victim] = Mutate(files[victim], random);
            using TemporaryFolder mutated = new();
            foreach ((string name, byte[] content) in files)
            {
                File.WriteAllBytes(mutated.File(name), content);
            }

            CodeTokenizer tokenizer;
            try
            {
                tokenizer = CodeTokenizer.Load(mutated.Path);
            }
            catch (DataFormatException exception)
            {
                Assert.Contains(mutated.Path, exception.Message, StringComparison.Ordinal);
                refused++;
                continue;
            }

            CheckTexts(tokenizer, random, 3);
            if (i % 20 == 0)
            {
                string text = "def f(x): return x \u4f60";
                int[] ids = tokenizer.EncodeWithSpecialTokens(text);
                tokenizer.Save(mutated.Path);
                Assert.Equal(ids, CodeTokenizer.Load(mutated.Path).EncodeWithSpecialTokens(text));
            }
        }

        // Both ends must be there, or the test says little.
        Assert.InRange(refused, Cases / 10, Cases * 9 / 10);
    }

    [Fact]
    public void Encode_RandomTexts_OnRealTokenizers_ThrowTypedErrorsOrDecode()
    {
        CodeTokenizer[] tokenizers = [.. RealTokenizers.All.Select(source => source.Tokenizer)];
        Random random = new(20_001);
        for (int i = 0; i < Cases; i += tokenizers.Length)
        {
            foreach (CodeTokenizer tokenizer in tokenizers)
            {
                CheckTexts(tokenizer, random, 1);
            }
        }
    }

    /// <summary>Encodes random texts, lone surrogates among them; only half a pair may be refused.</summary>
    private static void CheckTexts(CodeTokenizer tokenizer, Random random, int count)
    {
        for (int i = 0; i < count; i++)
        {
            string text = RandomConversations.Text(random);
            bool broken = random.Next(4) == 0;
            text = broken ? text.Insert(random.Next(text.Length + 1), "\ud83d") : text;
            text = random.Next(50) == 0 ? text + new string((char)random.Next(0x20, 0xd7ff), random.Next(20_000)) : text;
            try
            {
                int[] ids = random.Next(2) == 0 ? tokenizer.EncodeText(text) : tokenizer.EncodeWithSpecialTokens(text);
                Assert.All(ids, id => Assert.InRange(id, 0, tokenizer.VocabularySize - 1));
                Assert.NotNull(tokenizer.Decode(ids, skipSpecialTokens: random.Next(2) == 0));
            }
            catch (SampleFormatException)
            {
                Assert.True(broken, "A whole text was refused: " + text);
            }
        }
    }

    private static byte[] Mutate(byte[] content, Random random)
    {
        List<byte> bytes = [.. content];
        for (int times = random.Next(1, 3); times > 0; times--)
        {
            int at = random.Next(bytes.Count);
            int length = Math.Min(random.Next(1, 30), bytes.Count - at);
            switch (random.Next(8))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 3:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 4:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]));
                    break;
                default:
                    ReplaceToken(bytes, at, random);
                    break;
            }

            if (bytes.Count == 0)
            {
                break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Puts another value where a JSON value near a place stands, which keeps the document whole more often than not.</summary>
    private static void ReplaceToken(List<byte> bytes, int at, Random random)
    {
        int start = bytes.FindIndex(at, value => value is (byte)':' or (byte)'[' or (byte)',') + 1;
        int end = start == 0 ? -1 : bytes.FindIndex(start, value => value is (byte)',' or (byte)'}' or (byte)']');
        if (end > start)
        {
            bytes.RemoveRange(start, end - start);
            bytes.InsertRange(start, Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]));
        }
    }

    private Dictionary<string, byte[]> ByteLevelFiles()
    {
        CodeTokenizer.TrainByteLevel(["def add(left, right):\n    return left + right\n"], 275).Save(folder.Path);
        JsonObject root = (JsonObject)JsonNode.Parse(File.ReadAllText(folder.File("tokenizer.json")))!;
        root["normalizer"] = JsonNode.Parse(
            """{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Replace","pattern":{"String":"zz"},"content":"z"}]}"""
        );
        root["pre_tokenizer"] = JsonNode.Parse(
            """{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"[\\r\\n]"},"behavior":"Isolated","invert":false},{"type":"Digits","individual_digits":true},{"type":"ByteLevel","add_prefix_space":false,"use_regex":true}]}"""
        );
        root["model"]!["ignore_merges"] = true;
        return new()
        {
            ["tokenizer.json"] = Encoding.UTF8.GetBytes(root.ToJsonString()),
            ["tokenizer_config.json"] = File.ReadAllBytes(folder.File("tokenizer_config.json")),
        };
    }

    private static Dictionary<string, byte[]> CharacterFiles()
    {
        JsonObject vocabulary = new()
        {
            ["<unk>"] = 0,
            ["<s>"] = 1,
            ["</s>"] = 2,
        };
        for (int value = 0; value < 256; value++)
        {
            vocabulary[CharacterEncoder.ByteToken(value)] = vocabulary.Count;
        }

        foreach (string token in (string[])["\u2581", "a", "b", "c", "d", "e", "f", "\u2581a", "de", "def", "\u2581\u2581"])
        {
            vocabulary[token] = vocabulary.Count;
        }

        JsonObject root = TokenizerDocument.Create(
            vocabulary,
            new JsonArray("\u2581 a", "d e", "de f", "\u2581 \u2581"),
            JsonNode.Parse("""{"type":"Sequence","normalizers":[{"type":"NFC"}]}"""),
            JsonNode.Parse("""{"type":"Metaspace","replacement":"\u2581","prepend_scheme":"first","split":true}"""),
            JsonNode.Parse(
                """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"\u2581"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}"""
            )!
        );
        root["model"]!["byte_fallback"] = true;
        root["model"]!["unk_token"] = "<unk>";
        root["added_tokens"] = new JsonArray(
            TokenizerFiles.ToJson(new AddedToken(2, "</s>", true, true) { StripsLeft = true }),
            TokenizerFiles.ToJson(new AddedToken(1, "<s>", true, false))
        );
        return new()
        {
            ["tokenizer.json"] = Encoding.UTF8.GetBytes(root.ToJsonString()),
            ["tokenizer_config.json"] = """{"eos_token":"</s>","clean_up_tokenization_spaces":true,"add_bos_token":true}"""u8.ToArray(),
        };
    }

    private static Dictionary<string, byte[]> SentencePieceFiles()
    {
        string[] bytes = [.. Enumerable.Range(0, 256).Select(CharacterEncoder.ByteToken)];
        List<(string, float, PieceType)> pieces =
        [
            ("<unk>", 0, PieceType.Unknown),
            ("<s>", 0, PieceType.Control),
            ("</s>", 0, PieceType.Control),
        ];
        pieces.AddRange(bytes.Select(token => (token, 0f, PieceType.Byte)));
        pieces.AddRange(
            ((string[])["\u2581a", "de", "def", "\u2581", "a", "d", "e", "f"]).Select(
                (token, rank) => (token, -1f - rank, PieceType.Normal)
            )
        );
        return new() { ["tokenizer.model"] = SentencePieceFile.Write(pieces) };
    }

    private static Dictionary<string, byte[]> VocabularyFiles()
    {
        JsonObject vocabulary = [];
        for (int value = 0; value < 256; value++)
        {
            vocabulary[ByteCharacters.Of((byte)value).ToString()] = value;
        }

        vocabulary["de"] = 256;
        vocabulary["def"] = 257;
        vocabulary["<|endoftext|>"] = 258;
        return new()
        {
            ["vocab.json"] = Encoding.UTF8.GetBytes(vocabulary.ToJsonString()),
            ["merges.txt"] = "#version: 0.2\nd e\nde f\n"u8.ToArray(),
        };
    }
}
