// A build task, compiled by MSBuild when it is needed (ReflectionCoder.Training.targets); so it keeps to .NET Standard 2.0.
#nullable disable
using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
#if !NET // The tests, which compile this file too, need no MSBuild for the second class.
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
#endif

namespace ReflectionCoder.Build;

#if !NET
/// <summary>Writes a copy of a Linux library that no longer demands a version of another library of which it uses nothing.</summary>
public class WeakenVersionNeed : Task
{
    /// <summary>The library. It is only read.</summary>
    [Required]
    public string LibraryPath { get; set; } = "";

    /// <summary>Where the copy goes. No file is there afterwards if the library stays as it is.</summary>
    [Required]
    public string MendedPath { get; set; } = "";

    /// <summary>A text file that says what was done.</summary>
    [Required]
    public string ReportPath { get; set; } = "";

    /// <summary>The version, such as GLIBCXX_3.4.32.</summary>
    [Required]
    public string Version { get; set; } = "";

    /// <summary>The one symbol of that version that the library may name; any other means that the version is really used.</summary>
    [Required]
    public string Symbol { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        try
        {
            byte[] library = File.ReadAllBytes(LibraryPath);
            string report = VersionNeeds.Weaken(library, Version, Symbol, out bool changed);
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(MendedPath)));
            File.Delete(MendedPath);
            if (changed)
            {
                // A new file under a name of its own first: a build that is killed leaves no half of a library behind.
                string temporary = MendedPath + "." + Guid.NewGuid().ToString("N");
                File.WriteAllBytes(temporary, library);
                File.Move(temporary, MendedPath);
            }

            File.WriteAllText(ReportPath, report + "\n");
            Log.LogMessage(MessageImportance.Low, "{0}: {1}", LibraryPath, report);
        }
        catch (Exception exception) when (exception is IOException || exception is UnauthorizedAccessException)
        {
            Log.LogError(
                "{0} could not be copied for older C++ runtimes: {1} (ReflectionCoderMendTorchSharp=false switches this off.)",
                LibraryPath,
                exception.Message
            );
        }

        return !Log.HasLoggedErrors;
    }
}
#endif

/// <summary>The versions of other libraries that a 64-bit little-endian ELF file demands (section .gnu.version_r).</summary>
internal static class VersionNeeds
{
    private const uint RelocationsSection = 4,
        DynamicSymbolsSection = 11,
        NeedsSection = 0x6ffffffe,
        SymbolVersionsSection = 0x6fffffff;
    private const ushort WeakFlag = 2; // VER_FLG_WEAK: the loader takes the file even where the version is missing

    /// <summary>Marks a version as weak if the only symbol of it is undefined, the expected one, and used by no relocation.</summary>
    /// <returns>What was done, or why nothing was.</returns>
    public static string Weaken(byte[] file, string version, string symbol, out bool changed)
    {
        changed = false;
        try
        {
            List<Section> sections = ReadSections(file);
            Section needs = sections.Find(section => section.Type == NeedsSection);
            int? entry = needs == null ? null : FindNeed(file, sections, needs, version);
            if (entry == null)
            {
                return "unchanged: does not demand " + version;
            }

            int flagsAt = entry.Value;
            if ((UInt16(file, flagsAt) & WeakFlag) != 0)
            {
                return "unchanged: demands " + version + " weakly already";
            }

            string obstacle = FindUse(file, sections, UInt16(file, flagsAt + 2), symbol);
            if (obstacle != null)
            {
                return "unchanged: " + obstacle + " of " + version;
            }

            file[flagsAt] |= (byte)WeakFlag;
            changed = true;
            return "mended: " + version + " is no longer demanded";
        }
        catch (Exception exception) when (exception is FormatException || exception is OverflowException)
        {
            return "unchanged: " + exception.Message;
        }
    }

    /// <summary>Offset of the flags of a version's entry; its index among the versions follows them.</summary>
    private static int? FindNeed(byte[] file, List<Section> sections, Section needs, string version)
    {
        Section names = Linked(sections, needs);
        for (long need = needs.Offset, next = -1; next != 0; need += next)
        {
            long entry = need + UInt32(file, need + 8);
            for (int left = UInt16(file, need + 2); left > 0; left--)
            {
                if (Name(file, names, UInt32(file, entry + 8)) == version)
                {
                    return checked((int)entry + 4);
                }

                entry += UInt32(file, entry + 12);
            }

            next = UInt32(file, need + 12);
        }

        return null;
    }

    /// <summary>What of a version is in use beside the symbol that may be named; null for nothing.</summary>
    private static string FindUse(byte[] file, List<Section> sections, ushort index, string symbol)
    {
        Section versions =
            sections.Find(section => section.Type == SymbolVersionsSection) ?? throw new FormatException("no versions of symbols");
        Section symbols = Linked(sections, versions);
        Section names = Linked(sections, symbols);
        for (long i = 0; i < symbols.Size / 24; i++)
        {
            if ((UInt16(file, versions.Offset + 2 * i) & 0x7fff) != index)
            {
                continue;
            }

            long at = symbols.Offset + 24 * i;
            string name = Name(file, names, UInt32(file, at));
            if (name != symbol || UInt16(file, at + 6) != 0)
            {
                return "uses " + name;
            }

            foreach (
                Section relocations in sections.FindAll(section =>
                    section.Type == RelocationsSection && sections[section.Link].Type == DynamicSymbolsSection
                )
            )
            {
                for (long entry = relocations.Offset; entry < relocations.Offset + relocations.Size; entry += 24)
                {
                    if (UInt32(file, entry + 12) == i)
                    {
                        return "a relocation uses " + name;
                    }
                }
            }
        }

        return null;
    }

    private static List<Section> ReadSections(byte[] file)
    {
        if (file.Length < 64 || UInt32(file, 0) != 0x464c457f || file[4] != 2 || file[5] != 1)
        {
            throw new FormatException("not a 64-bit little-endian ELF file");
        }

        List<Section> sections = new List<Section>();
        int count = UInt16(file, 60);
        for (int i = 0; i < count; i++)
        {
            long at = checked(Int64(file, 40) + (long)i * UInt16(file, 58));
            sections.Add(
                new Section
                {
                    Type = UInt32(file, at + 4),
                    Offset = Int64(file, at + 24),
                    Size = Int64(file, at + 32),
                    Link = checked((int)UInt32(file, at + 40)),
                }
            );
            if (sections[i].Link >= count)
            {
                throw new FormatException("a section is linked to none");
            }
        }

        return sections;
    }

    private static Section Linked(List<Section> sections, Section section) => sections[section.Link];

    private static string Name(byte[] file, Section names, uint offset)
    {
        long start = names.Offset + offset,
            end = start;
        while (Byte(file, end) != 0)
        {
            end++;
        }

        return Encoding.ASCII.GetString(file, (int)start, (int)(end - start));
    }

    private static byte Byte(byte[] file, long at) => file[Checked(file, at, 1)];

    private static ushort UInt16(byte[] file, long at) => BitConverter.ToUInt16(file, Checked(file, at, 2));

    private static uint UInt32(byte[] file, long at) => BitConverter.ToUInt32(file, Checked(file, at, 4));

    private static long Int64(byte[] file, long at) => BitConverter.ToInt64(file, Checked(file, at, 8));

    private static int Checked(byte[] file, long at, int size) =>
        at >= 0 && at <= file.Length - size ? (int)at : throw new FormatException("the file ends inside its tables");

    private sealed class Section
    {
        public uint Type;
        public long Offset;
        public long Size;
        public int Link;
    }
}
