using ReflectionCoder.Files;

namespace ReflectionCoder.Tests.Files;

/// <summary>The form that is written piece by piece; whole files are tested with weights, in the other package.</summary>
public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1 << 16)]
    public void Commit_AfterPieces_ReplacesTheFileAtOnce(int bufferSize)
    {
        File.WriteAllText(folder.File("a"), "old");
        using (AtomicFile file = new(folder.File("a"), bufferSize))
        {
            file.Write("one "u8);
            file.Write("two"u8);
            Assert.Equal("old", File.ReadAllText(folder.File("a")));
            file.Commit();
            Assert.Equal("one two", File.ReadAllText(folder.File("a")));
            Assert.Throws<ObjectDisposedException>(file.Commit);
        }

        Assert.Equal("one two", File.ReadAllText(folder.File("a")));
        Assert.Equal([folder.File("a")], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Dispose_BeforeCommit_LeavesTheOldFileAndNothingElse()
    {
        File.WriteAllText(folder.File("a"), "old");
        using (AtomicFile file = new(folder.File("a")))
        {
            file.Write("new"u8);
        }

        Assert.Equal("old", File.ReadAllText(folder.File("a")));
        Assert.Equal([folder.File("a")], Directory.GetFiles(folder.Path));
    }

    /// <summary>/dev/full answers every write as a full disk does; a buffer hears of it only in the commit.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1 << 16)]
    public void Write_DiskFull_IsTypedAndLeavesNothing(int bufferSize)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "The system has no /dev/full.");
        File.CreateSymbolicLink(folder.File("a.tmp"), "/dev/full");
        FileWriteException error = Assert.Throws<FileWriteException>(() =>
        {
            using AtomicFile file = new(folder.File("a"), bufferSize);
            file.Write("new"u8);
            file.Commit();
        });
        Assert.Equal(folder.File("a"), error.Path);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Open_WhatAKilledProcessLeft_IsTakenOver()
    {
        File.WriteAllText(folder.File("a.tmp"), "longer than what is written now");
        using AtomicFile file = new(folder.File("a"));
        file.Write("new"u8);
        file.Commit();
        Assert.Equal("new", File.ReadAllText(folder.File("a")));
    }

    [Fact]
    public void Open_SecondWriterOfOneFile_IsRefusedAndTheFirstGoesOn()
    {
        using AtomicFile first = new(folder.File("a"));
        first.Write("first"u8);
        Assert.Throws<FileWriteException>(() => new AtomicFile(folder.File("a")));
        first.Commit();
        Assert.Equal("first", File.ReadAllText(folder.File("a")));
    }
}
