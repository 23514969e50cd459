using System.Text.Json;
using ReflectionCoder.Files;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Construction.Calls;

/// <summary>
/// Everything that a construction run has paid for, in one append-only file: the answers of the author's model, the runs of programs, and
/// how each sequence ended. A run that is started again, even after its process was killed, asks for nothing that is in it. Thread-safe.
/// </summary>
/// <remarks>
/// An <see cref="AuthorChatClient"/> writes the calls, a sandbox of <see cref="Record"/> the runs, and a
/// <see cref="Runs.ConstructionPipeline"/> the outcomes. Answers and outcomes are flushed to the disk before they are used, so that not
/// even a power failure loses what was paid for. The first line holds the version of the file's format, and what the run is for.
/// </remarks>
public sealed class ConstructionJournal : IDisposable
{
    private const string IdentityKey = "";
    private const int Shown = 60;
    private readonly JournalFile file;
    private readonly Lock claiming = new();

    private readonly SortedDictionary<string, SortedSet<string>> toolchains = new(StringComparer.Ordinal);

    private ConstructionJournal(string path)
    {
        Answers = new JournaledAnswers(this);
        file = JournalFile.Open(path, Count);
    }

    /// <summary>The calls that this run and earlier ones have paid for.</summary>
    internal CallLedger Ledger { get; } = new();

    /// <summary>The answers of the author's model.</summary>
    internal JournaledAnswers Answers { get; }

    /// <summary>Opens a journal, or begins one. A last line that was cut off by a crash is dropped.</summary>
    /// <param name="path">The file; its folder is made if it is absent. Only one process can have it open.</param>
    /// <returns>The journal.</returns>
    /// <exception cref="DataFormatException">
    /// A line is damaged, the file is no journal, or it is one of another format version. The file is unchanged.
    /// </exception>
    /// <exception cref="IOException">The file can't be opened, or another process has it open.</exception>
    /// <exception cref="UnauthorizedAccessException">The file is read-only, or is a folder.</exception>
    public static ConstructionJournal Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new ConstructionJournal(path);
    }

    /// <summary>
    /// A sandbox that writes each run into the journal, and takes a run that is in it from there: a program that prints something else each
    /// time would lead the author's model to other answers. Runs that say nothing of the program, because the sandbox failed or a tool is
    /// missing, are not written.
    /// </summary>
    /// <param name="sandbox">Runs the programs; the caller disposes it.</param>
    /// <returns>The sandbox that records.</returns>
    public ICodeSandbox Record(ICodeSandbox sandbox)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        return new RecordingSandbox(sandbox, this);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();

    /// <summary>Begins a run: a new journal takes down the identity, another one must have the same.</summary>
    /// <exception cref="DataFormatException">The journal was made with other options; the message shows what differs.</exception>
    internal void Claim(string identity)
    {
        lock (claiming)
        {
            if (file.IsEmpty)
            {
                file.Add(JournalKind.Identity, IdentityKey, JsonSerializer.SerializeToUtf8Bytes(identity), durably: true);
                return;
            }
        }

        string known = JsonSerializer.Deserialize<string>(file.Find(JournalKind.Identity, IdentityKey)!)!;
        if (known != identity)
        {
            int at = known.AsSpan().CommonPrefixLength(identity);
            throw new DataFormatException(
                file.Name,
                1,
                $"the journal was made with other options: it has '{Around(known, at)}' where this run has '{Around(identity, at)}'. "
                    + "Use the same options, or another folder."
            );
        }
    }

    /// <summary>How a sequence ended, as it was given to <see cref="AddOutcome"/>; null if it isn't in the journal.</summary>
    internal string? FindOutcome(string key) =>
        file.Find(JournalKind.Outcome, key) is { } found ? System.Text.Encoding.UTF8.GetString(found) : null;

    /// <summary>Takes down how a sequence ended, flushed to disk.</summary>
    internal void AddOutcome(string key, string json) =>
        file.Add(JournalKind.Outcome, key, System.Text.Encoding.UTF8.GetBytes(json), durably: true);

    /// <summary>The versions of interpreters and compilers that made sequences, by language; usually one for each.</summary>
    internal IReadOnlyDictionary<string, IReadOnlyList<string>> Toolchains
    {
        get
        {
            lock (toolchains)
            {
                return toolchains.ToDictionary(one => one.Key, IReadOnlyList<string> (one) => [.. one.Value]);
            }
        }
    }

    /// <summary>Takes down the version of an interpreter or compiler that makes sequences from now on.</summary>
    /// <returns>The other versions of it that have made sequences.</returns>
    /// <exception cref="InvalidOperationException">No run has begun (<see cref="Claim"/>).</exception>
    internal IReadOnlyList<string> AddToolchain(string language, string version)
    {
        RequireClaim();
        lock (toolchains)
        {
            SortedSet<string> versions = Versions(language);
            if (versions.Add(version))
            {
                byte[] value = JsonSerializer.SerializeToUtf8Bytes(new { language, version });
                file.Add(JournalKind.Toolchain, $"{language} {version}", value, durably: false);
            }

            return [.. versions.Where(one => one != version)];
        }
    }

    /// <summary>What is known of a call or run, as UTF-8 JSON; null if it isn't in the journal.</summary>
    internal byte[]? Find(JournalKind kind, string key) => file.Find(kind, key);

    /// <summary>Takes down a call, a payment or a run.</summary>
    /// <returns>Whether it was taken down. Of two runs with one key the first stays, because answers may already build on it.</returns>
    /// <exception cref="InvalidOperationException">No run has begun (<see cref="Claim"/>).</exception>
    internal bool Add(JournalKind kind, string key, byte[] json)
    {
        RequireClaim();

        // A program can be run again for nothing; an answer can't.
        return file.Add(kind, key, json, durably: kind != JournalKind.Run, replaces: kind != JournalKind.Run);
    }

    /// <exception cref="InvalidOperationException">No run has begun (<see cref="Claim"/>).</exception>
    internal void RequireClaim()
    {
        if (file.IsEmpty)
        {
            throw new InvalidOperationException(
                "The journal doesn't know yet what it is for: it can be written to only while a ConstructionPipeline runs with it."
            );
        }
    }

    private void Count(JournalKind kind, JsonField value)
    {
        switch (kind)
        {
            case JournalKind.Call or JournalKind.Payment:
                Ledger.Pay(JournaledCall.TokensOf(value));
                break;
            case JournalKind.Toolchain:
                _ = Versions(value.Text("language")).Add(value.Text("version"));
                break;
        }
    }

    private SortedSet<string> Versions(string language)
    {
        if (!toolchains.TryGetValue(language, out SortedSet<string>? versions))
        {
            toolchains[language] = versions = new SortedSet<string>(StringComparer.Ordinal);
        }

        return versions;
    }

    private static string Around(string text, int at)
    {
        int start = Math.Max(0, at - (Shown / 2));
        int end = Math.Min(text.Length, at + (Shown / 2));
        return (start > 0 ? "…" : "") + text[start..end] + (end < text.Length ? "…" : "");
    }
}
