using System.Reflection;
using ReflectionCoder.Build;

namespace ReflectionCoder.Tests.BuildTransitive;

/// <summary>What the build of an application does to TorchSharp's library for Linux.</summary>
public sealed class VersionNeedsTests
{
    private const string Version = "GLIBCXX_3.4.32";
    private const string Mark = "_ZSt21ios_base_library_initv";

    /// <summary>If this fails after an upgrade of TorchSharp, the remedy has to be looked at again.</summary>
    [Fact]
    public void Weaken_ThePackagesLibrary_ChangesOneBit()
    {
        string folder = typeof(VersionNeedsTests)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(one => one.Key == "TorchSharpFolder")
            .Value!;
        byte[] before = File.ReadAllBytes(Path.Combine(folder, "runtimes", "linux-x64", "native", "libLibTorchSharp.so"));
        byte[] after = [.. before];

        Assert.StartsWith("mended: ", VersionNeeds.Weaken(after, Version, Mark, out bool changed));

        Assert.True(changed);
        int at = Assert.Single(Enumerable.Range(0, before.Length), i => before[i] != after[i]);
        Assert.Equal((0, 2), (before[at], after[at]));
        Assert.Equal($"unchanged: demands {Version} weakly already", VersionNeeds.Weaken(after, Version, Mark, out _));
    }

    [Fact]
    public void Weaken_OnlyTheMarkOfThatVersion_SetsItsFlag()
    {
        ElfFile file = new();
        file.Symbol("printf", file.Need("GLIBCXX_3.4.30"), isRelocated: true);
        file.Symbol(Mark, file.Need(Version));
        file.Symbol("puts", file.Need("GLIBCXX_3.4"), isRelocated: true);
        byte[] before = file.ToBytes();
        byte[] after = [.. before];

        Assert.StartsWith("mended: ", VersionNeeds.Weaken(after, Version, Mark, out bool changed));

        Assert.True(changed);
        before[file.FlagsAt[1]] |= 2;
        Assert.Equal(before, after);
    }

    [Theory]
    [InlineData("another symbol", "unchanged: uses another of GLIBCXX_3.4.32")]
    [InlineData("a relocation", "unchanged: a relocation uses " + Mark + " of GLIBCXX_3.4.32")]
    [InlineData("its own symbol", "unchanged: uses " + Mark + " of GLIBCXX_3.4.32")]
    [InlineData("weak already", "unchanged: demands GLIBCXX_3.4.32 weakly already")]
    [InlineData("another version", "unchanged: does not demand GLIBCXX_3.4.32")]
    [InlineData("no versions", "unchanged: does not demand GLIBCXX_3.4.32")]
    public void Weaken_AnythingElse_LeavesTheFile(string kind, string report)
    {
        ElfFile file = new();
        if (kind != "no versions")
        {
            int need = file.Need(kind == "another version" ? "GLIBCXX_3.4.33" : Version, flags: (ushort)(kind == "weak already" ? 2 : 0));
            file.Symbol(Mark, need, isRelocated: kind == "a relocation", isDefined: kind == "its own symbol");
            if (kind == "another symbol")
            {
                file.Symbol("another", need);
            }
        }

        AssertUnchanged(file.ToBytes(), report);
    }

    [Fact]
    public void Weaken_NoLibraryForLinux_LeavesTheFile()
    {
        AssertUnchanged([], "unchanged: not a 64-bit little-endian ELF file");
        AssertUnchanged(new byte[100], "unchanged: not a 64-bit little-endian ELF file");
    }

    /// <summary>Broken files end in a report, never in an exception or an endless loop.</summary>
    [Fact]
    public void Weaken_BrokenFiles_ThrowNothing()
    {
        ElfFile file = new();
        file.Symbol(Mark, file.Need(Version));
        byte[] whole = file.ToBytes();
        for (int length = 0; length < whole.Length; length++)
        {
            VersionNeeds.Weaken(whole[..length], Version, Mark, out _);
        }

        Random random = new(1);
        for (int i = 0; i < 5000; i++)
        {
            byte[] broken = [.. whole];
            for (int k = random.Next(1, 8); k > 0; k--)
            {
                broken[random.Next(6, broken.Length)] = (byte)(random.Next(3) == 0 ? 0xff : random.Next(256));
            }

            Assert.NotEmpty(VersionNeeds.Weaken(broken, Version, Mark, out _));
        }
    }

    private static void AssertUnchanged(byte[] before, string report)
    {
        byte[] after = [.. before];
        Assert.Equal(report, VersionNeeds.Weaken(after, Version, Mark, out bool changed));
        Assert.False(changed);
        Assert.Equal(before, after);
    }
}
