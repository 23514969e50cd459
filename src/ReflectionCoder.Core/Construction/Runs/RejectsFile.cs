using System.Text.Json;
using ReflectionCoder.Files;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction.Runs;

/// <summary>Writes <c>rejects.jsonl</c>. The file appears under its name when it is complete, or not at all.</summary>
internal sealed class RejectsFile(string path, RunCounts counts) : IDisposable
{
    private const int BufferSize = 1 << 16;

    private readonly AtomicFile file = new(path, BufferSize);

    /// <summary>Adds a line.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="variant">The variant; null for the task as a whole.</param>
    /// <param name="rejection">Why it isn't used.</param>
    /// <param name="draft">What its author wrote; null for nothing.</param>
    public void Write(string taskId, int? variant, Rejection rejection, ReflectionDraft? draft)
    {
        IReadOnlyList<Block> attempts = draft?.Conversation?.Messages[1].Content ?? draft?.Attempts ?? [];
        Line line = new(taskId, variant, rejection.Reason, rejection.Detail, attempts);
        file.Write(JsonSerializer.SerializeToUtf8Bytes(line, DraftJson.Options));
        file.Write("\n"u8);
        counts.AddReject(rejection.Reason);
    }

    public void Complete() => file.Commit();

    public void Dispose() => file.Dispose();

    private sealed record Line(string TaskId, int? Variant, string Reason, string? Detail, IReadOnlyList<Block> Attempts);
}
