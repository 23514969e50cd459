using ReflectionCoder.Construction;
using ReflectionCoder.SourceCode;
using ReflectionCoder.Tests.Construction;

namespace ReflectionCoder.Tests.SourceCode;

public sealed class PythonLexerTests
{
    public static TheoryData<string> TrickySources { get; } =
    [
        "",
        "x",
        "\n\n",
        "a = 'it\\'s' + \"say \\\"hi\\\"\"\n",
        "s = '''three ' quotes\nover '' lines'''\nt = 1\n",
        "f\"{total // 60:02d}:{total % 60:02d}\"",
        "rb'\\n' + Rb\"x\" + fr'{a}\\d' + u'ü'",
        "x = '#no comment'  # but this is 'one'\r\ny = 2\r\n",
        "if a and \\\n   b:\n\tpass\n",
        "f(a,\n  # inside\n  b\n)\n",
        "x = 0x1F + 0b10 + 0o7 + 1_000 + 1e-3 + .5 + 2. + 3j\n",
        "a **= b // c ** d <<= e -> f := g ... != h\n",
        "def f():\n    \n  # odd comment\n    return 1\n\n\n",
        "x = 'never closed\ny = 1\n",
        "x = \"\"\"never closed\ny = 1\n",
        "naïve = größe + 名前 ? $ `\n",
        "\fx = 1\r\ry = 2",
        "a = 'x\\\n y'\n",
        ")]}",
    ];

    [Theory]
    [MemberData(nameof(TrickySources))]
    public void Tokenize_AnyText_JoinsToItself(string source) => AssertRoundTrip(source);

    [Fact]
    public void Tokenize_EverySolutionAndAssert_JoinsToItself()
    {
        foreach (ProgrammingTask task in DataFiles.Tasks)
        {
            string program = task.Solution + "\n\n" + string.Join('\n', task.Asserts);
            AssertRoundTrip(program);
            Assert.DoesNotContain(PythonLexer.Tokenize(program), token => token.Kind == PythonTokenKind.Unknown);
        }
    }

    [Fact]
    public void Tokenize_RandomPieces_JoinToThemselves()
    {
        string[] pieces =
        [
            "def",
            " ",
            "\n",
            "    ",
            "\t",
            "'",
            "\"",
            "'''",
            "\\",
            "#",
            "(",
            ")",
            "[",
            "]",
            "x1",
            "0.5e",
            "1",
            ":",
            "==",
            "f'",
            "\r\n",
            "é",
            "\0",
        ];
        Random random = new(7);
        for (int i = 0; i < 2000; i++)
        {
            AssertRoundTrip(string.Concat(Enumerable.Range(0, random.Next(1, 25)).Select(_ => pieces[random.Next(pieces.Length)])));
        }
    }

    [Fact]
    public void Tokenize_Statement_GivesKindsAndPlaces()
    {
        IReadOnlyList<PythonToken> tokens = PythonLexer.Tokenize("def f(a):\n    return g[a + 1]  # next\n");
        PythonToken[] code = [.. tokens.Where(token => token.IsCode)];
        Assert.Equal(["def", "f", "(", "a", ")", ":", "return", "g", "[", "a", "+", "1", "]"], code.Select(token => token.Text));
        Assert.Equal([0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1, 1, 0], code.Select(token => token.Depth));
        Assert.Equal([0, 0, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4, 4], code.Select(token => token.Indentation));
        Assert.Equal(PythonTokenKind.Keyword, code[0].Kind);
        Assert.Equal(PythonTokenKind.Name, code[1].Kind);
        Assert.Equal(PythonTokenKind.Number, code[11].Kind);
        Assert.Equal((2, 4), (code[6].Line, code[6].Column));
        Assert.Equal("# next", Assert.Single(tokens, token => token.Kind == PythonTokenKind.Comment).Text);
        Assert.Equal(2, tokens.Count(token => token.Kind == PythonTokenKind.NewLine));
    }

    [Theory]
    [InlineData("f'{a} {b}'")]
    [InlineData("rb\"\\\"\"")]
    [InlineData("'''a\n'b' '''")]
    [InlineData("\"\"")]
    [InlineData("\"\"\"\"\"\"")]
    public void Tokenize_String_IsOneToken(string text)
    {
        PythonToken token = Assert.Single(PythonLexer.Tokenize(text));
        Assert.Equal(PythonTokenKind.Text, token.Kind);
    }

    [Fact]
    public void Tokenize_LineEndInBrackets_EndsNoStatement()
    {
        IReadOnlyList<PythonToken> tokens = PythonLexer.Tokenize("x = [1,\n  2]\n\ny = 3\n");
        Assert.Equal([8, 14], tokens.Where(token => token.Kind == PythonTokenKind.LineBreak).Select(token => token.End));
        Assert.Equal(2, tokens.Count(token => token.Kind == PythonTokenKind.NewLine));
    }

    private static void AssertRoundTrip(string source)
    {
        IReadOnlyList<PythonToken> tokens = PythonLexer.Tokenize(source);
        Assert.Equal(source, string.Concat(tokens.Select(token => token.Text)));
        Assert.All(tokens, token => Assert.Equal(token.Text, source.Substring(token.Start, token.Text.Length)));
        PythonSource.Parse(source);
    }
}
