using CommunityToolkit.HighPerformance.Buffers;
using ReflectionCoder.Files;

namespace ReflectionCoder.Sequences;

/// <summary>Writes conversations as JSONL. The file appears under its name when it is complete, or not at all.</summary>
/// <remarks>
/// Lines go to a temporary file beside the target, <c>path.tmp</c>. <see cref="Complete"/> flushes it to disk and renames it, which
/// replaces the former file. A writer that is disposed before that deletes the temporary file. Characters outside ASCII are not escaped.
/// Not thread-safe.
/// </remarks>
public sealed class SequenceWriter : IDisposable
{
    private const int BufferSize = 1 << 16;
    private readonly string path;
    private readonly AtomicFile file;
    private readonly ArrayPoolBufferWriter<byte> line = new();
    private bool completed;

    /// <summary>Opens the temporary file.</summary>
    /// <param name="path">The file to write; replaced if it exists.</param>
    /// <exception cref="FileWriteException">The folder can't be written to.</exception>
    public SequenceWriter(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        this.path = Path.GetFullPath(path);
        file = new AtomicFile(this.path, BufferSize);
    }

    /// <summary>Number of conversations written so far.</summary>
    public long Count { get; private set; }

    /// <summary>Writes a whole file.</summary>
    /// <param name="path">The file to write; replaced if it exists.</param>
    /// <param name="conversations">The conversations, one for each line.</param>
    /// <exception cref="DataFormatException">A string holds half of a surrogate pair, which UTF-8 can't encode.</exception>
    /// <exception cref="FileWriteException">The file can't be written.</exception>
    public static void Write(string path, IEnumerable<Conversation> conversations)
    {
        ArgumentNullException.ThrowIfNull(conversations);
        using SequenceWriter writer = new(path);
        foreach (Conversation conversation in conversations)
        {
            writer.Write(conversation);
        }

        writer.Complete();
    }

    /// <summary>Adds a line.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <exception cref="DataFormatException">A string holds half of a surrogate pair, which UTF-8 can't encode.</exception>
    /// <exception cref="FileWriteException">The file can't be written, for example because the disk is full.</exception>
    /// <exception cref="ObjectDisposedException">The writer is complete or disposed.</exception>
    public void Write(Conversation conversation)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        ObjectDisposedException.ThrowIf(completed, this);
        line.Clear();
        string? field = ConversationFormatter.Write(conversation, line);
        if (field is not null)
        {
            throw new DataFormatException(path, Count + 1, field, "the string holds half of a surrogate pair; expected whole characters.");
        }

        file.Write(line.WrittenSpan);
        Count++;
    }

    /// <summary>Makes the file appear under its name. Call it once, after the last line.</summary>
    /// <exception cref="FileWriteException">The file can't be written, for example because the disk is full.</exception>
    /// <exception cref="ObjectDisposedException">The writer is complete or disposed.</exception>
    public void Complete()
    {
        ObjectDisposedException.ThrowIf(completed, this);
        file.Commit();
        completed = true;
    }

    /// <summary>Ends the writer. If <see cref="Complete"/> wasn't called, the temporary file is deleted and no file appears.</summary>
    public void Dispose()
    {
        completed = true;
        line.Dispose();
        file.Dispose();
    }
}
