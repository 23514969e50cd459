using System.Security.Cryptography;
using System.Text.Json;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Construction.Calls;

/// <summary>Takes the runs that are in a journal from there, and writes the others into it.</summary>
internal sealed class RecordingSandbox(ICodeSandbox inner, ConstructionJournal journal) : ICodeSandbox
{
    /// <summary>Runs the programs that the journal doesn't know.</summary>
    public ICodeSandbox Inner => inner;

    public async Task<SandboxResult> ExecuteAsync(
        SandboxProgram program,
        SandboxLimits? limits = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(program);
        string key = Key(program, limits ?? SandboxLimits.Default);
        if (journal.Find(JournalKind.Run, key) is { } known)
        {
            return JsonSerializer.Deserialize<SandboxResult>(known)!;
        }

        SandboxResult result = await inner.ExecuteAsync(program, limits, cancellationToken).ConfigureAwait(false);
        if (NotRun.Is(result.Outcome))
        {
            return result;
        }

        // An equal program may have run at the same time and printed something else: all go on from the run that the journal has.
        return journal.Add(JournalKind.Run, key, JsonSerializer.SerializeToUtf8Bytes(result))
            ? result
            : JsonSerializer.Deserialize<SandboxResult>(journal.Find(JournalKind.Run, key)!)!;
    }

    private static string Key(SandboxProgram program, SandboxLimits limits) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { program, limits })));
}
