using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Win32.SafeHandles;
using ReflectionCoder.Sandbox.Processes;

namespace ReflectionCoder.Sandbox.Bubblewrap;

/// <summary>
/// Files of a work folder in a file in memory, as archive.py reads and writes it: the length of a JSON list, the list of name, mode and
/// size, and then the contents.
/// </summary>
internal static class WorkArchive
{
    private const int ReadableFile = 0x1A4; // 0644

    /// <summary>Creates an archive that can't be changed any more.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The system has no more descriptors or memory.</exception>
    public static SafeFileHandle Create(IEnumerable<KeyValuePair<string, string>> files)
    {
        var list = new JsonArray();
        using var contents = new MemoryStream();
        foreach ((string name, string text) in files)
        {
            byte[] content = Encoding.UTF8.GetBytes(text);
            list.Add((JsonNode)new JsonArray(name, ReadableFile, content.Length));
            contents.Write(content);
        }

        byte[] header = Encoding.UTF8.GetBytes(list.ToJsonString());
        byte[] archive = new byte[sizeof(long) + header.Length + contents.Length];
        BinaryPrimitives.WriteInt64LittleEndian(archive, header.Length);
        header.CopyTo(archive, sizeof(long));
        contents.GetBuffer().AsSpan(0, (int)contents.Length).CopyTo(archive.AsSpan(sizeof(long) + header.Length));
        return FileDescriptors.CreateMemoryFile("work", archive);
    }
}
