using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Tests.SourceCode;

public sealed class PythonSourceTests
{
    private const string Program = """
        from math import gcd

        def walk(items, start=0):
            total = 0
            for i, (a, b) in enumerate(items):
                if a > b and \
                        b:
                    total += gcd(a, b)
            left, right = total, [x for x in items
                                  if x]
            return walk(right[1:], start=left)

        def other():
            pass

        """;

    private readonly PythonSource source = PythonSource.Parse(Program);

    [Fact]
    public void Parse_Program_FindsLinesAndBlocks()
    {
        Assert.Equal(10, source.Lines.Count);
        Assert.Equal([0, 0, 4, 4, 8, 12, 4, 4, 0, 4], source.Lines.Select(line => line.Indentation));
        Assert.Equal(8, source.BlockEnd(source.Lines[1]));
        Assert.Equal(6, source.BlockEnd(source.Lines[3]));
        Assert.Equal(source.Lines[4], source.ParentOf(source.Lines[5]));
        Assert.Null(source.ParentOf(source.Lines[1]));
        Assert.Equal("def other():", source.Show(source.Lines[8]));
    }

    [Fact]
    public void Parse_Program_FindsFunctionsAndTheirNames()
    {
        Assert.Equal(["walk", "other"], source.Functions.Select(function => function.Name));
        Assert.Equal(["items", "start"], source.Functions[0].Parameters);
        Assert.Equal(["items", "start", "total", "i", "a", "b", "left", "right", "x"], source.Functions[0].Names);
        Assert.True(source.Functions[0].IsRecursive);
        Assert.False(source.Functions[1].IsRecursive);
        Assert.Equal("other", source.FunctionOf(source.Lines[9])!.Name);
        Assert.Null(source.FunctionOf(source.Lines[0]));
    }

    [Fact]
    public void Split_Call_GivesItsArguments()
    {
        int open = Enumerable.Range(0, source.Code.Count).First(i => source.Is(i, "gcd") && source.Is(i + 1, "(")) + 1;
        Assert.Equal(["a", "b"], source.Split(open).Select(part => source.Between(part.First, part.Last)));
        Assert.Equal(open, source.PartnerOf(source.PartnerOf(open)));
    }

    [Fact]
    public void Parse_UnpairedBrackets_HaveNoPartner()
    {
        PythonSource broken = PythonSource.Parse("f(a]\n");
        Assert.Equal(3, broken.PartnerOf(1));
        Assert.Equal(-1, PythonSource.Parse("f(a\n").PartnerOf(1));
        Assert.Empty(PythonSource.Parse("f(a\n").Split(1));
    }

    [Fact]
    public void Apply_Edits_ChangesTheText() =>
        Assert.Equal("xbyd!", TextEdit.Apply("abcd", [new TextEdit(2, 1, "y"), new TextEdit(0, 1, "x"), new TextEdit(4, 0, "!")]));
}
