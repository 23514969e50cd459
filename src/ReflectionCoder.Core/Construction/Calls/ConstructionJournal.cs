using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Construction.Calls;

/// <summary>
/// Everything that a construction run has paid for, in one append-only file: the answers of the author's model, the runs of programs, and
/// how each sequence ended. A run that is started again, even after its process was killed, asks for nothing that is in it. Thread-safe.
/// </summary>
public sealed class ConstructionJournal : IDisposable
{
    private ConstructionJournal() { }

    /// <summary>Opens a journal, or begins one. A last line that was cut off by a crash is dropped.</summary>
    /// <param name="path">The file. Only one process can have it open.</param>
    /// <exception cref="Files.DataFormatException">A line is damaged.</exception>
    /// <exception cref="IOException">The file can't be opened, or another process has it open.</exception>
    public static ConstructionJournal Open(string path) => throw new NotImplementedException(path);

    /// <summary>
    /// A sandbox that writes each run into the journal, and takes a run that is in it from there: a program that prints something else each
    /// time would lead the author's model to other answers.
    /// </summary>
    public ICodeSandbox Record(ICodeSandbox sandbox) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() { }

    /// <summary>Begins a run: a new journal takes down the identity, another one must have the same.</summary>
    /// <exception cref="Files.DataFormatException">The journal was made with other options; the message names what differs.</exception>
    internal void Claim(string identity) => throw new NotImplementedException(identity);

    /// <summary>How a sequence ended, as it was given to <see cref="AddOutcome"/>; null if it isn't in the journal.</summary>
    internal string? FindOutcome(string key) => throw new NotImplementedException(key);

    /// <summary>Takes down how a sequence ended, flushed to disk.</summary>
    internal void AddOutcome(string key, string json) => throw new NotImplementedException(key + json);
}
