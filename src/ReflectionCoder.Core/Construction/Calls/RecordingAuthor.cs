using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using ReflectionCoder.Construction.Programs;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Construction.Calls;

/// <summary>
/// Writes into a journal which interpreters and compilers an author's sequences are made with. They aren't part of the author's identity:
/// an update of Python over night would then lock up a journal whose answers were paid for.
/// </summary>
internal sealed class RecordingAuthor(IReflectionAuthor inner, ICodeSandbox sandbox, ConstructionJournal journal, ILogger logger)
    : IReflectionAuthor
{
    private readonly ConcurrentDictionary<string, Lazy<Task>> recorded = new(StringComparer.Ordinal);

    // A sandbox that records would say what an earlier run's sandbox said.
    private readonly ICodeSandbox sandbox = sandbox is RecordingSandbox recording ? recording.Inner : sandbox;

    public string Identity => inner.Identity;

    public async Task<ReflectionDraft> WriteAsync(ProgrammingTask task, int variant, CancellationToken cancellationToken = default)
    {
        string language = TestLanguage.For(task.Language).Name;
        await recorded
            .GetOrAdd(language, name => new Lazy<Task>(() => RecordAsync(name, cancellationToken)))
            .Value.WaitAsync(cancellationToken)
            .ConfigureAwait(false);
        return await inner.WriteAsync(task, variant, cancellationToken).ConfigureAwait(false);
    }

    private async Task RecordAsync(string language, CancellationToken cancellationToken)
    {
        if (await ToolchainProbe.FindVersionAsync(sandbox, language, cancellationToken).ConfigureAwait(false) is not { } version)
        {
            return;
        }

        if (journal.AddToolchain(language, version) is { Count: > 0 } others)
        {
            logger.LogWarning(
                "The journal has sequences in {Language} made with {Others}; now {Version} is used. Each is right in itself, but the files "
                    + "can't be made again with one version.",
                language,
                string.Join(" and ", others),
                version
            );
        }
    }
}
