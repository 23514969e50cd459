using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Tests.SourceCode;

public sealed class CodeReaderTests
{
    [Theory]
    [InlineData("x = a + b * -c ** 2", "= name + name * name unary- ** name 2")]
    [InlineData("return not a in b and c is not None", "return and not in name name is not name None")]
    [InlineData(
        "y = f(a, *b, k=1)[1:, ::2].z if q else w",
        "= name if else attribute subscript call name name star* name keyword 1 slice 1  slice   2 name name name"
    )]
    [InlineData("a, b = b, a", "= tuple name name tuple name name")]
    [InlineData(
        "v = [i for i in x if i]; w = {1: 2, **d}",
        "= name list comprehension name for name name if name = name dict pair 1 2 star** name"
    )]
    [InlineData("t = (1,), (2), ()", "= name tuple tuple 1 2 tuple")]
    [InlineData("g = lambda a, *b: (yield)", "= name lambda parameters parameter name * name yield")]
    [InlineData("x: int = 'a' 'b'", "= annotated name name 'a' 'b'")]
    public void SyntaxNodes_Python_GivesTheTree(string source, string kinds) => Assert.Equal("module " + kinds, Kinds(source));

    [Fact]
    public void SyntaxNodes_Blocks_AreNested()
    {
        IReadOnlyList<SyntaxNodeKind>? nodes = CodeReader.Python.SyntaxNodes("while x:\n    if y: break\n    else:\n        pass\nz\n");
        Assert.Equal(
            [(0, "module"), (1, "while"), (2, "name"), (2, "if"), (3, "name"), (3, "break"), (2, "else"), (3, "pass"), (1, "name")],
            nodes!.Select(node => (node.Depth, node.Kind))
        );
    }

    [Theory]
    [InlineData("match x:\n    case [1, *rest] if rest:\n        pass\n    case {'k': v} | None as w:\n        pass\n")]
    [InlineData("match = 1\nmatch[0] = match.x\n")]
    [InlineData("async def f(a, /, b: int = 1, *, c) -> int:\n    async with a as b, c: await d\n    return [x async for x in y]\n")]
    [InlineData("try:\n    raise A from b\nexcept (B, C) as e: pass\nexcept:\n    global q\nfinally:\n    del a[0], b\n")]
    [InlineData("@cache(1)\nclass A(B, metaclass=C):\n    x = y = 1; z: int\n    from . import (a, b as c)\n")]
    public void SyntaxNodes_AllKindsOfStatements_AreRead(string source) => Assert.NotNull(CodeReader.Python.SyntaxNodes(source));

    [Theory]
    [InlineData("def f(:\n    pass")]
    [InlineData("if x\n    y")]
    [InlineData("x = = 1")]
    [InlineData("f(a b)")]
    [InlineData("x = (1")]
    [InlineData("async x")]
    public void SyntaxNodes_BrokenPython_IsNull(string source) => Assert.Null(CodeReader.Python.SyntaxNodes(source));

    [Fact]
    public void SyntaxNodes_DeepNesting_IsNull() =>
        Assert.Null(CodeReader.Python.SyntaxNodes(new string('(', 100_000) + "1" + new string(')', 100_000)));

    [Theory]
    [InlineData("rust", "let x: &'a str = 'b'; // c\n/* d\n*/ 1.5..2", "let|x|:|&|'|a|str|=|'b'|;|1.5|.|.|2")]
    [InlineData("ruby", "a = \"#{b}\" # c", "a|=|\"#{b}\"")]
    [InlineData("php", "$a = 1; # b\n// c\n", "$a|=|1|;")]
    [InlineData("sql", "select 'it\\'s' -- no\n/* no */ from t", "select|'it\\'s'|from|t")]
    [InlineData("go", "s := `a\nb` + \"open\nx", "s|:|=|`a\nb`|+|\"open|x")]
    public void Tokens_AnyLanguage_LeavesOutComments(string language, string source, string tokens) =>
        Assert.Equal(tokens, string.Join('|', CodeReader.ForAnyLanguage(language).Tokens(source)));

    private static string Kinds(string source) => string.Join(' ', CodeReader.Python.SyntaxNodes(source)!.Select(node => node.Kind));
}
