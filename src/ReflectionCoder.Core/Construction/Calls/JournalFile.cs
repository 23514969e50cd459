using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ReflectionCoder.Files;

namespace ReflectionCoder.Construction.Calls;

/// <summary>What a line of a journal holds.</summary>
internal enum JournalKind
{
    /// <summary>The identity of the run: the first line, and the only one of its kind.</summary>
    Identity,

    /// <summary>An answer of the author's model.</summary>
    Call,

    /// <summary>How a program ended.</summary>
    Run,

    /// <summary>How a sequence ended.</summary>
    Outcome,
}

/// <summary>
/// A JSONL file that only grows, with a value for each key: <c>{"kind":…,"key":…,"value":…}</c>. Of two lines with one key the later
/// counts. Only the places of the values are held in memory. Thread-safe.
/// </summary>
internal sealed class JournalFile : IDisposable
{
    private readonly Dictionary<UInt128, (long Start, int Length)> places = [];
    private readonly Lock writing = new();
    private readonly Lock flushing = new();
    private readonly FileStream file;
    private readonly string path;
    private long length;
    private long flushed;

    private JournalFile(FileStream file, string path)
    {
        this.file = file;
        this.path = path;
    }

    /// <summary>Opens or creates the file. A last line that was only partly written is removed.</summary>
    /// <param name="path">The file; its folder is made if it is absent.</param>
    /// <param name="onValue">Sees each value that the file holds.</param>
    /// <exception cref="DataFormatException">A line isn't one of a journal.</exception>
    /// <exception cref="IOException">The file can't be opened, or another process has it open.</exception>
    public static JournalFile Open(string path, Action<JournalKind, JsonField> onValue)
    {
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);

        // Not even shared for reading: on Unix that alone keeps out a second writer, which would pay for the same calls.
        FileStream stream = new(full, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        JournalFile journal = new(stream, path);
        try
        {
            journal.ReadPlaces(onValue);
            DurableStorage.FlushDirectory(Path.GetDirectoryName(full)!);
            return journal;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Whether it has no line yet.</summary>
    public bool IsEmpty => Volatile.Read(ref length) == 0;

    /// <summary>The name of the file in messages.</summary>
    public string Name => path;

    /// <summary>The value of a key, as UTF-8 JSON; null if there is none.</summary>
    public byte[]? Find(JournalKind kind, string key)
    {
        (long start, int size) place;
        lock (writing)
        {
            if (!places.TryGetValue(Address(kind, key), out place))
            {
                return null;
            }
        }

        byte[] line = new byte[place.size];
        int read = RandomAccess.Read(file.SafeFileHandle, line, place.start);
        if (read < line.Length)
        {
            throw new IOException($"The journal '{path}' was shortened while it was in use.");
        }

        using JsonDocument document = JsonDocument.Parse(line);
        return Encoding.UTF8.GetBytes(document.RootElement.GetProperty("value"u8).GetRawText());
    }

    /// <summary>Adds a value. It survives the end of the process when the method returns.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="key">Its key.</param>
    /// <param name="value">UTF-8 JSON.</param>
    /// <param name="durably">
    /// Whether it must survive a power failure also. Calls that wait at the same time share one flush of the disk.
    /// </param>
    /// <param name="replaces">Whether it takes the place of a value that the key already has.</param>
    /// <returns>Whether it was added; false if the key has a value that it may not replace.</returns>
    public bool Add(JournalKind kind, string key, ReadOnlyMemory<byte> value, bool durably, bool replaces = true)
    {
        byte[] line = Line(kind, key, value);
        UInt128 address = Address(kind, key);
        long end;
        lock (writing)
        {
            if (!replaces && places.ContainsKey(address))
            {
                return false;
            }

            RandomAccess.Write(file.SafeFileHandle, line, length);
            places[address] = (length, line.Length - 1);
            end = length += line.Length;
        }

        if (durably)
        {
            Flush(end);
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private static byte[] Line(JournalKind kind, string key, ReadOnlyMemory<byte> value)
    {
        using MemoryStream line = new();
        using (Utf8JsonWriter writer = new(line))
        {
            writer.WriteStartObject();
            writer.WriteString("kind"u8, NameOf(kind));
            writer.WriteString("key"u8, key);
            writer.WritePropertyName("value"u8);
            writer.WriteRawValue(value.Span);
            writer.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        return line.ToArray();
    }

    // Keys can be as long as a prompt's hash or a task's id, and there may be a million: 16 bytes of a hash stand for them.
    private static UInt128 Address(JournalKind kind, string key) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{(int)kind}{key}")));

    private static string NameOf(JournalKind kind) =>
        kind switch
        {
            JournalKind.Identity => "identity",
            JournalKind.Call => "call",
            JournalKind.Run => "run",
            _ => "outcome",
        };

    private void Flush(long end)
    {
        lock (flushing)
        {
            if (flushed >= end)
            {
                return;
            }

            long upTo = Volatile.Read(ref length);
            RandomAccess.FlushToDisk(file.SafeFileHandle);
            flushed = upTo;
        }
    }

    private void ReadPlaces(Action<JournalKind, JsonField> onValue)
    {
        long start = 0;
        foreach (TextLine line in LineReader.Read(file, path))
        {
            if (!line.IsWhole)
            {
                break;
            }

            JsonField root = line.ParseObject();
            JournalKind kind = root.Text("kind") switch
            {
                "identity" => JournalKind.Identity,
                "call" => JournalKind.Call,
                "run" => JournalKind.Run,
                "outcome" => JournalKind.Outcome,
                string other => throw root.Error("kind", $"'{other}' is no kind of line of a journal."),
            };
            if ((kind == JournalKind.Identity) != (start == 0))
            {
                throw line.Error("a journal begins with one line of the kind 'identity', and has no other; is this another file?");
            }

            onValue(kind, root.Required("value"));
            places[Address(kind, root.Text("key"))] = (start, (int)(line.End - start) - 1);
            start = line.End;
        }

        file.SetLength(start);
        length = flushed = start;
    }
}
