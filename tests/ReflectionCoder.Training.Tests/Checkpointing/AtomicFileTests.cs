using ReflectionCoder.Checkpointing;
using ReflectionCoder.Files;
using ReflectionCoder.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Checkpointing;

public sealed class AtomicFileTests
{
    [Fact]
    public void Write_FailsHalfway_LeavesTheOldFileAlone()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a"], "old");
        FileWriteException error = Assert.Throws<FileWriteException>(() =>
            AtomicFile.Write(
                folder["a"],
                stream =>
                {
                    stream.Write("new"u8);
                    throw new IOException("no space left");
                }
            )
        );
        Assert.Contains("no space left", error.Message);
        Assert.Equal(folder["a"], error.Path);
        Assert.Equal("old", File.ReadAllText(folder["a"]));
        Assert.Single(Directory.GetFiles(folder.FullName));
    }

    /// <summary>/dev/full answers every write as a full disk does.</summary>
    [Fact]
    public void Write_DiskFull_IsTypedAndLeavesNothing()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "The system has no /dev/full.");
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder["a.tmp"], "/dev/full");
        using Tensor weight = ones([1000]);
        FileWriteException error = Assert.Throws<FileWriteException>(() =>
            SafetensorsFile.Write(folder["a"], new Dictionary<string, Tensor> { ["w"] = weight })
        );
        Assert.Equal(folder["a"], error.Path);
        Assert.Empty(Directory.GetFileSystemEntries(folder.FullName));
    }

    [Fact]
    public void Write_NoFolder_IsTyped()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<FileWriteException>(() => AtomicFile.WriteText(Path.Combine(folder["absent"], "a"), "x"));
    }

    [Fact]
    public void WriteText_OldFileAndLeftover_AreReplaced()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a"], "old and longer");
        File.WriteAllText(folder["a.tmp"], "what a killed run left behind");
        AtomicFile.WriteText(folder["a"], "néw");
        Assert.Equal("néw", File.ReadAllText(folder["a"]));
        Assert.Single(Directory.GetFiles(folder.FullName));
    }
}
