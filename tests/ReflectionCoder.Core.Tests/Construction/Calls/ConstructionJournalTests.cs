using System.Text;
using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Files;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Construction.Calls;

public sealed class ConstructionJournalTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Path => System.IO.Path.Combine(folder.Path, "runs", "journal.jsonl");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Outcomes_OpenedAgain_AreThere()
    {
        using (ConstructionJournal journal = Begin())
        {
            journal.AddOutcome("a", """{"x": 1}""");
            journal.AddOutcome("b", "[]");
            journal.AddOutcome("a", """{"x": 2}""");
            Assert.Equal("""{"x": 2}""", journal.FindOutcome("a"));
        }

        using ConstructionJournal again = Begin();
        Assert.Equal("""{"x": 2}""", again.FindOutcome("a"));
        Assert.Equal("[]", again.FindOutcome("b"));
        Assert.Null(again.FindOutcome("c"));
    }

    [Theory]
    [InlineData("{\"kind\":\"outcome\",\"key\":\"b\",\"val")]
    [InlineData("{\"kind\":\"outcome\",\"key\":\"b\",\"value\":1}")]
    [InlineData("\u0000\u0000")]
    public void Open_LastLineCutOff_DropsIt(string cut)
    {
        using (ConstructionJournal journal = Begin())
        {
            journal.AddOutcome("a", "1");
        }

        File.AppendAllText(Path, cut);
        using (ConstructionJournal again = Begin())
        {
            Assert.Equal("1", again.FindOutcome("a"));
            Assert.Null(again.FindOutcome("b"));
            again.AddOutcome("b", "2");
        }

        using ConstructionJournal third = Begin();
        Assert.Equal("2", third.FindOutcome("b"));
    }

    [Theory]
    [InlineData("not JSON", 2)]
    [InlineData("""{"kind":"other","key":"a","value":1}""", 2)]
    [InlineData("""{"kind":"outcome","value":1}""", 2)]
    [InlineData("""{"kind":"identity","key":"","value":"x"}""", 2)]
    public void Open_DamagedLine_IsNamed(string damaged, int line)
    {
        using (Begin()) { }

        File.AppendAllText(Path, damaged + "\n" + """{"kind":"outcome","key":"z","value":1}""" + "\n");

        DataFormatException exception = Assert.Throws<DataFormatException>(() => ConstructionJournal.Open(Path));
        Assert.Equal(line, exception.Line);
    }

    [Fact]
    public void Open_OtherFile_IsRefusedAndUnchanged()
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        File.WriteAllText(Path, "{\"messages\": []}\n");

        Assert.Throws<DataFormatException>(() => ConstructionJournal.Open(Path));
        Assert.Equal("{\"messages\": []}\n", File.ReadAllText(Path));
    }

    [Fact]
    public void Open_AlreadyOpen_IsRefused()
    {
        using ConstructionJournal journal = Begin();
        Assert.Throws<IOException>(() => ConstructionJournal.Open(Path));
    }

    [Fact]
    public void Claim_OtherIdentity_ShowsWhatDiffers()
    {
        using (ConstructionJournal journal = ConstructionJournal.Open(Path))
        {
            journal.Claim(new string('a', 100) + " Seed = 1, Model = x");
        }

        using ConstructionJournal again = ConstructionJournal.Open(Path);
        DataFormatException exception = Assert.Throws<DataFormatException>(() =>
            again.Claim(new string('a', 100) + " Seed = 2, Model = x")
        );
        Assert.Contains("Seed = 1", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Seed = 2", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_BeforeARunHasBegun_IsRefused()
    {
        using ConstructionJournal journal = ConstructionJournal.Open(Path);
        Assert.Throws<InvalidOperationException>(() => journal.Add(JournalKind.Call, "a", Encoding.UTF8.GetBytes("1")));
    }

    [Fact]
    public async Task Record_ProgramThatRanBefore_IsNotRunAgain()
    {
        int ran = 0;
        ScriptedSandbox inner = new(_ => new SandboxResult(SandboxOutcome.Failed, 1, $"run {++ran}", "", false, TimeSpan.FromSeconds(1)));
        SandboxResult first;
        using (ConstructionJournal journal = Begin())
        {
            first = await journal.Record(inner).ExecuteAsync(new SandboxProgram("x"), null, TestContext.Current.CancellationToken);
        }

        using ConstructionJournal again = Begin();
        ICodeSandbox sandbox = again.Record(inner);
        Assert.Equal(first, await sandbox.ExecuteAsync(new SandboxProgram("x"), null, TestContext.Current.CancellationToken));
        Assert.Equal(1, ran);
        await sandbox.ExecuteAsync(new SandboxProgram("x", "csharp"), null, TestContext.Current.CancellationToken);
        await sandbox.ExecuteAsync(
            new SandboxProgram("x"),
            new SandboxLimits { CpuTime = TimeSpan.FromSeconds(1) },
            TestContext.Current.CancellationToken
        );
        Assert.Equal(3, ran);
    }

    [Fact]
    public async Task Record_SandboxFailed_IsRunAgain()
    {
        int ran = 0;
        ScriptedSandbox inner = new(_ => new SandboxResult(
            ++ran == 1 ? SandboxOutcome.SandboxFailure : SandboxOutcome.Passed,
            0,
            "",
            "",
            false,
            TimeSpan.Zero
        ));
        using ConstructionJournal journal = Begin();
        ICodeSandbox sandbox = journal.Record(inner);
        await sandbox.ExecuteAsync(new SandboxProgram("x"), null, TestContext.Current.CancellationToken);
        SandboxResult second = await sandbox.ExecuteAsync(new SandboxProgram("x"), null, TestContext.Current.CancellationToken);
        Assert.Equal(SandboxOutcome.Passed, second.Outcome);
    }

    private ConstructionJournal Begin()
    {
        ConstructionJournal journal = ConstructionJournal.Open(Path);
        journal.Claim("test");
        return journal;
    }
}
