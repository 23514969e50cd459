using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Tests.Tokenization;

/// <summary>Real tokenizers against ids and texts measured on Hugging Face's library.</summary>
[Trait("Category", "Golden")]
[Trait("Category", "TokenizerGolden")]
public sealed class TokenizerGoldenTests(ITestOutputHelper output)
{
    [Fact]
    public void EncodeWithSpecialTokens_EveryGolden_EqualsHuggingFace()
    {
        foreach (RealTokenizers.Source source in RealTokenizers.All)
        {
            int compared = 0;
            foreach (
                string file in Directory
                    .GetFiles(Path.Combine(source.Folder, "goldens"), "*.jsonl")
                    .Where(file => source.IsTokenizerJson || !IsSpecial(file))
            )
            {
                foreach (string line in File.ReadLines(file))
                {
                    using JsonDocument golden = JsonDocument.Parse(line);
                    int[] ids = source.Tokenizer.EncodeWithSpecialTokens(golden.RootElement.GetProperty("text").GetString()!);
                    Assert.True(
                        Goldens.Ints(golden.RootElement.GetProperty("ids")).SequenceEqual(ids),
                        $"{source.Name}, {file}: {line}\nids: {string.Join(',', ids)}"
                    );
                    compared++;
                }
            }

            Assert.True(compared > 0, $"{source.Folder} has no goldens.");
            output.WriteLine($"{Path.GetFileName(source.Folder)}/{source.Name}: {compared} encodings equal");
        }
    }

    [Fact]
    public void Decode_EveryGolden_EqualsHuggingFace()
    {
        foreach (RealTokenizers.Source source in RealTokenizers.All.Where(source => source.IsTokenizerJson))
        {
            int compared = 0;
            foreach (string line in Directory.GetFiles(Path.Combine(source.Folder, "decode"), "*.jsonl").SelectMany(File.ReadLines))
            {
                using JsonDocument golden = JsonDocument.Parse(line);
                int[] ids = Goldens.Ints(golden.RootElement.GetProperty("ids"));
                foreach ((bool skips, string name) in ((bool, string)[])[(false, "text"), (true, "text_skip_special")])
                {
                    string expected = golden.RootElement.GetProperty(name).GetString()!;
                    Assert.Equal(expected, source.Tokenizer.Decode(ids, skips));
                    IncrementalDecoder decoder = source.Tokenizer.CreateDecoder(skips);
                    Assert.Equal(expected, string.Concat(ids.Select(decoder.Append)) + decoder.Finish());
                    compared++;
                }
            }

            output.WriteLine($"{Path.GetFileName(source.Folder)}/{source.Name}: {compared} decodings equal");
        }
    }

    [Fact]
    public void EncodeWithSpecialTokens_PythonLibrary_HasTheMeasuredDigests()
    {
        string library = PythonLibrary();
        foreach (RealTokenizers.Source source in RealTokenizers.All)
        {
            int compared = 0;
            foreach (
                string line in Directory
                    .GetFiles(source.Folder, "corpus-python-*.tsv")
                    .SelectMany(File.ReadLines)
                    .Where(line => line[0] != '#')
            )
            {
                if (
                    line.Split('\t') is not [string name, string text, string count, string digest]
                    || ReadText(Path.Combine(library, name), text) is not string content
                )
                {
                    continue;
                }

                int[] ids = source.Tokenizer.EncodeWithSpecialTokens(content);
                Assert.True(count == ids.Length.ToString(), $"{source.Name}, {name}: {ids.Length} tokens, expected {count}");
                Assert.True(
                    digest == Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(ids.AsSpan()))),
                    $"{source.Name}, {name}: ids differ"
                );
                compared++;
            }

            Assert.SkipWhen(compared == 0, $"No file of {library} is the measured one.");
            output.WriteLine($"{Path.GetFileName(source.Folder)}/{source.Name}: {compared} files equal");
        }
    }

    [Fact]
    public void EncodeText_PythonLibrary_DecodesToItself()
    {
        string[] files = Directory.GetFiles(PythonLibrary(), "*.py").Order().Take(20).ToArray();
        foreach (RealTokenizers.Source source in RealTokenizers.All)
        {
            foreach (string file in files)
            {
                // Composition may change a text for good; an ASCII text stays.
                string text = File.ReadAllText(file);
                if (Ascii.IsValid(text))
                {
                    Assert.Equal(text, source.Tokenizer.Decode(source.Tokenizer.EncodeText(text)));
                }
            }
        }
    }

    [Fact]
    public void Save_EveryTokenizer_LoadsWithEqualIdsAndMarkers()
    {
        const string Text = "def f(x):\n    return x  # <|user|> it's 12 \u4f60\u2581\U0001f40d e\u0301\r\n";
        foreach (CodeTokenizer tokenizer in RealTokenizers.All.Select(source => source.Tokenizer))
        {
            using TemporaryFolder folder = new();
            tokenizer.Save(folder.Path);
            CodeTokenizer loaded = CodeTokenizer.Load(folder.Path);
            Assert.Empty(loaded.AppendedMarkers);
            Assert.Equal(tokenizer.MarkerIds, loaded.MarkerIds);
            Assert.Equal(tokenizer.VocabularySize, loaded.VocabularySize);
            Assert.Equal(
                (tokenizer.BosTokenId, tokenizer.EosTokenId, tokenizer.PadTokenId),
                (loaded.BosTokenId, loaded.EosTokenId, loaded.PadTokenId)
            );
            Assert.Equal(tokenizer.EncodeText(Text), loaded.EncodeText(Text));
            Assert.Equal(tokenizer.EncodeWithSpecialTokens(Text), loaded.EncodeWithSpecialTokens(Text));
            Assert.Contains(tokenizer.MarkerIds.User, loaded.EncodeWithSpecialTokens(Text));
            Assert.DoesNotContain(tokenizer.MarkerIds.User, loaded.EncodeText(Text));
        }
    }

    private static bool IsSpecial(string file) => Path.GetFileName(file).Contains(".special.", StringComparison.Ordinal);

    /// <summary>A file's text when it is the one that was measured; else null.</summary>
    private static string? ReadText(string path, string sha256)
    {
        byte[] bytes = File.Exists(path) ? File.ReadAllBytes(path) : [];
        return Convert.ToHexStringLower(SHA256.HashData(bytes)) == sha256 ? Encoding.UTF8.GetString(bytes) : null;
    }

    private static string PythonLibrary()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string versions = Path.Combine(home, ".pyenv", "versions");
        string[] candidates =
        [
            .. Directory.Exists(versions)
                ? Directory.GetDirectories(versions, "3.11*").Select(version => Path.Combine(version, "lib", "python3.11"))
                : [],
            "/usr/local/lib/python3.11",
            "/usr/lib/python3.11",
        ];
        string? library = candidates.FirstOrDefault(Directory.Exists);
        Assert.SkipWhen(library is null, "No library of CPython 3.11 is installed.");
        return library!;
    }
}
