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
    [InlineData("{\"kind\":\"outcome\",\"key\":\"b\",\"value\":\"much longer than the line that takes its place")]
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

        Assert.EndsWith("\"value\":2}\n", File.ReadAllText(Path), StringComparison.Ordinal);
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

    [Theory]
    [InlineData("{\"messages\": []}")]
    [InlineData("{\"kind\":\"outcome\",\"key\":\"a\",\"value\":1}")]
    [InlineData("import math")]
    public void Open_OtherFileWithoutLineFeed_IsRefusedAndUnchanged(string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        File.WriteAllText(Path, text);

        Assert.Equal(1, Assert.Throws<DataFormatException>(() => ConstructionJournal.Open(Path)).Line);
        Assert.Equal(text, File.ReadAllText(Path));
    }

    [Fact]
    public void Open_CutAnywhere_HasTheLinesThatAreWhole()
    {
        using (ConstructionJournal journal = Begin())
        {
            journal.AddOutcome("a", "1");
        }

        byte[] whole = File.ReadAllBytes(Path);
        int header = Array.IndexOf(whole, (byte)'\n') + 1;
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(Path, whole[..length]);
            using (ConstructionJournal journal = Begin())
            {
                Assert.Null(journal.FindOutcome("a"));
                journal.AddOutcome("b", "2");
            }

            using ConstructionJournal again = Begin();
            Assert.Equal("2", again.FindOutcome("b"));
        }

        Assert.InRange(header, 1, whole.Length - 1);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("\"version\":1,", 1)]
    [InlineData("\"version\":3,", 3)]
    public void Open_OtherVersion_IsRefusedAndUnchanged(string version, int found)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        string text = $"{{\"kind\":\"identity\",{version}\"key\":\"\",\"value\":\"test\"}}\n{{\"kind\":\"new\"}}\n{{\"kind\":\"ca";
        File.WriteAllText(Path, text);

        DataFormatException exception = Assert.Throws<DataFormatException>(() => ConstructionJournal.Open(Path));

        Assert.Equal((Path, 1, "version"), (exception.Path, exception.Line, exception.Field));
        Assert.Contains($"version {found}, expected {JournalFile.Version}", exception.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(Path));
    }

    [Fact]
    public void Claim_OtherIdentity_LeavesTheFileAsItWas()
    {
        using (Begin()) { }

        File.AppendAllText(Path, "{\"kind\":\"outc");
        string text = File.ReadAllText(Path);
        using (ConstructionJournal again = ConstructionJournal.Open(Path))
        {
            Assert.Throws<DataFormatException>(() => again.Claim("other"));
        }

        Assert.Equal(text, File.ReadAllText(Path));
    }

    [Fact]
    public void Open_Folder_IsRefused()
    {
        Directory.CreateDirectory(Path);
        Assert.Throws<UnauthorizedAccessException>(() => ConstructionJournal.Open(Path));
    }

    [Fact]
    public void Claim_DiskFull_SaysSo()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no device that is always full");
        using ConstructionJournal journal = ConstructionJournal.Open("/dev/full");

        IOException exception = Assert.Throws<IOException>(() => journal.Claim("test"));

        Assert.Contains("/dev/full", exception.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => journal.Add(JournalKind.Call, "a", Encoding.UTF8.GetBytes("1")));
    }

    [Fact]
    public void AddToolchain_OpenedAgain_IsThereOnce()
    {
        using (ConstructionJournal journal = Begin())
        {
            Assert.Empty(journal.AddToolchain("python", "3.12"));
            Assert.Empty(journal.AddToolchain("python", "3.12"));
        }

        using (ConstructionJournal journal = Begin())
        {
            Assert.Equal(["3.12"], journal.AddToolchain("python", "3.13"));
            Assert.Empty(journal.AddToolchain("go", "1.22"));
        }

        using ConstructionJournal again = Begin();
        Assert.Equal(["go", "python"], again.Toolchains.Keys.Order());
        Assert.Equal(["3.12", "3.13"], again.Toolchains["python"]);
        again.Dispose();
        Assert.Equal(4, File.ReadAllLines(Path).Length);
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
