using System.Buffers.Binary;
using System.Text;

namespace ReflectionCoder.Tests.BuildTransitive;

/// <summary>Writes the tables of a 64-bit Linux library that tell which versions of other libraries it needs, and nothing else.</summary>
internal sealed class ElfFile
{
    private readonly List<byte> names = [0];
    private readonly List<(string Version, ushort Flags)> needs = [];
    private readonly List<(string Name, int Need, bool IsDefined)> symbols = [];
    private readonly List<int> relocated = [];

    /// <summary>The flags' place of each version in the bytes that <see cref="ToBytes"/> gave last.</summary>
    public List<int> FlagsAt { get; } = [];

    /// <summary>Demands a version; returns its index for symbols.</summary>
    public int Need(string version, ushort flags = 0)
    {
        needs.Add((version, flags));
        return needs.Count - 1;
    }

    /// <summary>Names a symbol of a demanded version.</summary>
    public void Symbol(string name, int need, bool isRelocated = false, bool isDefined = false)
    {
        symbols.Add((name, need, isDefined));
        if (isRelocated)
        {
            relocated.Add(symbols.Count); // the first symbol is the empty one
        }
    }

    /// <summary>The file: header, tables, section headers.</summary>
    public byte[] ToBytes()
    {
        const int head = 64;
        FlagsAt.Clear();
        byte[] needTable = new byte[needs.Count == 0 ? 0 : 16 + (16 * needs.Count)];
        byte[] versions = new byte[2 * (symbols.Count + 1)];
        byte[] symbolTable = new byte[24 * (symbols.Count + 1)];
        byte[] relocations = new byte[24 * relocated.Count];
        if (needs.Count > 0)
        {
            Put16(needTable, 0, 1);
            Put16(needTable, 2, (ushort)needs.Count);
            Put32(needTable, 4, Name("libstdc++.so.6"));
            Put32(needTable, 8, 16);
        }

        for (int i = 0; i < needs.Count; i++)
        {
            int at = 16 + (16 * i);
            Put16(needTable, at + 4, needs[i].Flags);
            Put16(needTable, at + 6, (ushort)(i + 2)); // 0 and 1 stand for "local" and "global"
            Put32(needTable, at + 8, Name(needs[i].Version));
            Put32(needTable, at + 12, i == needs.Count - 1 ? 0 : 16u);
            FlagsAt.Add(head + at + 4);
        }

        for (int i = 0; i < symbols.Count; i++)
        {
            Put16(versions, 2 * (i + 1), (ushort)(symbols[i].Need + 2));
            Put32(symbolTable, 24 * (i + 1), Name(symbols[i].Name));
            Put16(symbolTable, (24 * (i + 1)) + 6, (ushort)(symbols[i].IsDefined ? 1 : 0));
        }

        for (int i = 0; i < relocated.Count; i++)
        {
            Put32(relocations, (24 * i) + 12, (uint)relocated[i]);
        }

        // Section 0 is empty; 1 is the string table, 2 the symbols.
        (uint Type, byte[] Content, uint Link)[] sections =
        [
            (0, [], 0),
            (3, [.. names], 0),
            (11, symbolTable, 1),
            (0x6fffffff, versions, 2),
            (4, relocations, 2),
            (0x6ffffffe, needTable, 1),
        ];
        return Assemble(head, sections);
    }

    private static byte[] Assemble(int head, (uint Type, byte[] Content, uint Link)[] sections)
    {
        List<byte> file = [.. new byte[head]];
        int[] offsets = new int[sections.Length];
        foreach (int i in (int[])[5, 0, 1, 2, 3, 4]) // the needs first, where FlagsAt says
        {
            offsets[i] = file.Count;
            file.AddRange(sections[i].Content);
        }

        byte[] bytes = [.. file, .. new byte[64 * sections.Length]];
        Encoding.Latin1.GetBytes("\u007fELF\u0002\u0001\u0001").CopyTo(bytes, 0);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(40), file.Count);
        Put16(bytes, 58, 64);
        Put16(bytes, 60, (ushort)sections.Length);
        for (int i = 0; i < sections.Length; i++)
        {
            int at = file.Count + (64 * i);
            Put32(bytes, at + 4, sections[i].Type);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at + 24), offsets[i]);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at + 32), sections[i].Content.Length);
            Put32(bytes, at + 40, sections[i].Link);
        }

        return bytes;
    }

    private uint Name(string name)
    {
        int at = names.Count;
        names.AddRange(Encoding.ASCII.GetBytes(name + "\0"));
        return (uint)at;
    }

    private static void Put16(byte[] target, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(target.AsSpan(at), value);

    private static void Put32(byte[] target, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(target.AsSpan(at), value);
}
