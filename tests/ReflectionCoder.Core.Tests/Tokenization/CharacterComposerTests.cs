using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tests.Tokenization;

public sealed class CharacterComposerTests
{
    // Characters with a combining class or a decomposition in Unicode 14.0 that 9.0, Hugging Face's, doesn't know.
    private const int LaterThanOurs = 99;

    private const string Script = """
        import json, sys, unicodedata as u
        known = set(map(int, sys.stdin.readline().split()))
        later = {c for c in range(0x110000) if not 0xac00 <= c < 0xd7a4 and c not in known
                 and (u.combining(chr(c)) or u.decomposition(chr(c))[:1] not in ("", "<"))}
        cases = json.loads(sys.stdin.readline())
        out = [None if any(ord(c) in later for c in s) else u.normalize("NFC", s) for s in cases]
        json.dump({"version": u.unidata_version, "later": len(later), "composed": out}, sys.stdout)
        """;

    [Theory]
    [InlineData("e\u0301", "\u00e9")]
    [InlineData("\u1100\u1161\u11a8", "\uac01")]
    [InlineData("\uac00\u11a8", "\uac01")]
    [InlineData("a\u0323\u0307", "\u1ea1\u0307")]
    [InlineData("a\u0307\u0323", "\u1ea1\u0307")]
    [InlineData("\u0344", "\u0308\u0301")]
    [InlineData("\u212b", "\u00c5")]
    [InlineData("\ufffe\u0301", "\ufffe\u0301")]
    [InlineData("\u0958", "\u0915\u093c")]
    [InlineData("\U0001d15e", "\U0001d157\U0001d165")]
    [InlineData("plain, \u00e9, \u4f60, \U0001f40d", "plain, \u00e9, \u4f60, \U0001f40d")]
    public void Compose_KnownCases_GivesFormC(string text, string expected) => Assert.Equal(expected, CharacterComposer.Compose(text));

    [Fact]
    public void Compose_NothingToDo_ReturnsTheSameString()
    {
        const string Text = "caf\u00e9 \u4f60\u597d \U0001f40d \u2581";
        Assert.Same(Text, CharacterComposer.Compose(Text));
    }

    [Fact]
    public void Compose_LongRunOfMarks_SortsThemAndTakesNoQuadraticTime()
    {
        // U+0323 (below, 220) goes before U+0307 (above, 230), the first of which still joins the letter.
        StringBuilder text = new("x");
        for (int i = 0; i < 200_000; i++)
        {
            text.Append("\u0307\u0323");
        }

        string composed = CharacterComposer.Compose(text.ToString());
        Assert.Equal("\u1e8b" + new string('\u0323', 200_000) + new string('\u0307', 199_999), composed);
    }

    [Fact]
    public void Compose_EveryCharacterAndRandomText_EqualsPython()
    {
        List<string> cases = [];
        List<int> known = [];
        for (int code = 0; code < 0x30000; code++)
        {
            if (code is >= 0xd800 and < 0xe000)
            {
                continue;
            }

            List<int> parts = [];
            CanonicalCharacters.Decompose(code, parts);
            bool marked = CanonicalCharacters.ClassOf(code) != 0;
            cases.Add(char.ConvertFromUtf32(code));
            if (marked || parts.Count > 1 || parts[0] != code)
            {
                known.Add(code);
                string character = char.ConvertFromUtf32(code);
                cases.Add(string.Concat(parts.Select(char.ConvertFromUtf32)));
                cases.Add($"\u00c5{character}\u0323");
                cases.Add($"\u1100{character}\u1161{character}\u11a8");
                cases.Add($"{character}\u0301\u0334{character}");
            }
        }

        Random random = new(5);
        for (int i = 0; i < 5_000; i++)
        {
            cases.Add(
                string.Concat(
                    Enumerable
                        .Range(0, random.Next(1, 12))
                        .Select(_ => char.ConvertFromUtf32(random.Next(3) == 0 ? 'a' + random.Next(26) : known[random.Next(known.Count)]))
                )
            );
        }

        JsonElement python = Python(known, cases);
        if (python.GetProperty("version").GetString() == "14.0.0")
        {
            Assert.Equal(LaterThanOurs, python.GetProperty("later").GetInt32());
        }

        int compared = 0;
        foreach ((string text, JsonElement composed) in cases.Zip(python.GetProperty("composed").EnumerateArray()))
        {
            if (composed.ValueKind == JsonValueKind.String)
            {
                Assert.Equal(composed.GetString(), CharacterComposer.Compose(text));
                compared++;
            }
        }

        Assert.True(compared > 150_000);
    }

    private static JsonElement Python(List<int> known, List<string> cases)
    {
        ProcessStartInfo start = new("python3", ["-c", Script])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        Process? process = null;
        try
        {
            process = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Not installed.
        }

        Assert.SkipWhen(process is null, "python3 is not installed.");
        using (process)
        {
            Task<string> output = process!.StandardOutput.ReadToEndAsync();
            process.StandardInput.WriteLine(string.Join(' ', known));
            process.StandardInput.WriteLine(JsonSerializer.Serialize(cases));
            process.StandardInput.Close();
            using JsonDocument document = JsonDocument.Parse(output.GetAwaiter().GetResult());
            return document.RootElement.Clone();
        }
    }
}
