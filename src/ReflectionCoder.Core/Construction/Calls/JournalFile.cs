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

    /// <summary>What an answer cost that is of no use, so that the call is made again.</summary>
    Payment,

    /// <summary>A version of the interpreter or compiler that made sequences.</summary>
    Toolchain,
}

/// <summary>
/// A JSONL file that only grows, with a value for each key: <c>{"kind":…,"key":…,"value":…}</c>. Of two lines with one key the later
/// counts. Only the places of the values are held in memory. Thread-safe.
/// </summary>
/// <remarks>The first line has the kind "identity", and the version of the format beside it.</remarks>
internal sealed class JournalFile : IDisposable
{
    /// <summary>
    /// Goes up when the meaning of a line changes. 1 had no version in its first line, whole responses in its calls, and no payments.
    /// </summary>
    public const int Version = 2;

    private readonly Dictionary<UInt128, (long Start, int Length)> places = [];
    private readonly Lock writing = new();
    private readonly Lock flushing = new();
    private readonly FileStream file;
    private readonly string path;
    private long length;
    private long flushed;
    private bool hasTail; // bytes of a line that was never finished

    private JournalFile(FileStream file, string path)
    {
        this.file = file;
        this.path = path;
    }

    /// <summary>
    /// Opens or creates the file. A last line that was only partly written doesn't count; it is removed when the next one is added.
    /// </summary>
    /// <param name="path">The file; its folder is made if it is absent.</param>
    /// <param name="onValue">Sees each value that the file holds.</param>
    /// <exception cref="DataFormatException">A line isn't one of a journal, or the journal has another version.</exception>
    /// <exception cref="IOException">The file can't be opened, or another process has it open.</exception>
    /// <exception cref="UnauthorizedAccessException">The file is read-only, or is a folder.</exception>
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

            Append(line);
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

    private void Append(byte[] line)
    {
        if (hasTail)
        {
            file.SetLength(length);
        }

        // A full disk may take a part of the line.
        hasTail = true;
        RandomAccess.Write(file.SafeFileHandle, line, length);
        hasTail = false;
    }

    private static byte[] Line(JournalKind kind, string key, ReadOnlyMemory<byte> value)
    {
        using MemoryStream line = new();
        using (Utf8JsonWriter writer = new(line))
        {
            writer.WriteStartObject();
            writer.WriteString("kind"u8, NameOf(kind));
            if (kind == JournalKind.Identity)
            {
                writer.WriteNumber("version"u8, Version);
            }

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
            JournalKind.Payment => "payment",
            JournalKind.Toolchain => "toolchain",
            _ => "outcome",
        };

    private static JournalKind KindOf(JsonField line) =>
        line.Text("kind") switch
        {
            "identity" => JournalKind.Identity,
            "call" => JournalKind.Call,
            "run" => JournalKind.Run,
            "payment" => JournalKind.Payment,
            "toolchain" => JournalKind.Toolchain,
            "outcome" => JournalKind.Outcome,
            string other => throw line.Error("kind", $"'{other}' is no kind of line of a journal."),
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
        if (file.Length == 0)
        {
            return; // new, or a device, which would be read without end
        }

        long start = 0;
        foreach (TextLine line in LineReader.Read(file, path))
        {
            if (!line.IsWhole)
            {
                hasTail = start > 0 || IsBegunHeader(line.Bytes.Span) ? true : throw NoJournal(line);
                break;
            }

            JsonField root = line.ParseObject();
            JournalKind kind = KindOf(root);
            if ((kind == JournalKind.Identity) != (start == 0))
            {
                throw NoJournal(line);
            }

            if (start == 0)
            {
                CheckVersion(root);
            }

            onValue(kind, root.Required("value"));
            places[Address(kind, root.Text("key"))] = (start, (int)(line.End - start) - 1);
            start = line.End;
        }

        length = flushed = start;
    }

    // Any other file whose last line has no line feed would be taken for a journal that was cut off at its first write, and be overwritten.
    private static bool IsBegunHeader(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> header = """{"kind":"identity","""u8;
        return bytes.StartsWith(header) || header.StartsWith(bytes) || bytes.IndexOfAnyExcept((byte)0) < 0;
    }

    private static void CheckVersion(JsonField header)
    {
        int found = header.Int("version", otherwise: 1);
        if (found != Version)
        {
            throw header.Error(
                "version",
                $"the journal has the format version {found}, expected {Version}. "
                    + "End its run with the version of this library that began it, or use another file; it was not changed."
            );
        }
    }

    private static DataFormatException NoJournal(TextLine line) =>
        line.Error("a journal begins with one line of the kind 'identity', and has no other; is this another file?");
}
