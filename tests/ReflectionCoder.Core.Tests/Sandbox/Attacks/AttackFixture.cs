using System.Collections.Concurrent;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sandbox.Bubblewrap;
using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Tests.Sandbox.Attacks;

/// <summary>
/// The sandbox that is attacked, and those that lack a part of it, in which the same attacks succeed. With
/// <c>REFLECTIONCODER_FORK_PYTHON=1</c> all programs start as copies of a running interpreter.
/// </summary>
public sealed class AttackFixture : IAsyncLifetime
{
    /// <summary>Python whose address space isn't limited, as that of other languages isn't.</summary>
    internal const string Roomy = "roomy";

    internal static readonly IsolationProfile WithoutFilter = IsolationProfile.Full with { FiltersSystemCalls = false };
    internal static readonly IsolationProfile WithoutWatch = IsolationProfile.Full with { WatchesUse = false };
    internal static readonly IsolationProfile WithoutProtection = IsolationProfile.Full with { ProtectsInit = false };
    internal static readonly IsolationProfile WithNothing = new()
    {
        FiltersSystemCalls = false,
        WatchesUse = false,
        ProtectsInit = false,
    };

    private static readonly bool Forks = Environment.GetEnvironmentVariable("REFLECTIONCODER_FORK_PYTHON") == "1";

    private static readonly IReadOnlyList<SandboxLanguage> Languages =
    [
        SandboxLanguages.Python,
        SandboxLanguages.Python with
        {
            Name = Roomy,
            Aliases = [],
            LimitsAddressSpace = false,
        },
    ];

    private readonly ConcurrentDictionary<(IsolationProfile, bool), BubblewrapSandbox> sandboxes = new();
    private string? unavailable;

    internal BubblewrapSandbox Sandbox => With(IsolationProfile.Full);

    /// <summary>Runs attacks with the caller's rights: only those that hurt nothing there.</summary>
    internal UnisolatedSandbox Unisolated { get; } = new(new UnisolatedSandboxOptions { MaxConcurrency = 4, Languages = Languages });

    public async ValueTask InitializeAsync()
    {
        try
        {
            await Sandbox.EnsureAvailableAsync();
        }
        catch (SandboxUnavailableException exception)
        {
            unavailable = exception.Message;
        }
    }

    public ValueTask DisposeAsync()
    {
        foreach (BubblewrapSandbox sandbox in sandboxes.Values)
        {
            sandbox.Dispose();
        }

        Unisolated.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The sandbox with a profile.</summary>
    /// <param name="profile">Which parts of the isolation are on.</param>
    /// <param name="forks">Whether programs start as copies of a running interpreter.</param>
    internal BubblewrapSandbox With(IsolationProfile profile, bool? forks = null) =>
        sandboxes.GetOrAdd(
            (profile, forks ?? Forks),
            key => new BubblewrapSandbox(
                new BubblewrapSandboxOptions
                {
                    MaxConcurrency = 4,
                    Languages = Languages,
                    ForkPython = key.Item2,
                },
                key.Item1
            )
        );

    internal Task<SandboxResult> RunAsync(string source, SandboxLimits? limits = null, string language = "python") =>
        RunAsync(IsolationProfile.Full, source, limits, language);

    internal Task<SandboxResult> RunAsync(
        IsolationProfile profile,
        string source,
        SandboxLimits? limits = null,
        string language = "python",
        bool? forks = null
    )
    {
        SkipIfUnavailable();
        return With(profile, forks).ExecuteAsync(new SandboxProgram(source, language), limits);
    }

    internal Task<SandboxResult> RunUnisolatedAsync(string source, SandboxLimits? limits = null, string language = "python")
    {
        SkipIfUnavailable();
        return Unisolated.ExecuteAsync(new SandboxProgram(source, language), limits);
    }

    internal void SkipIfUnavailable()
    {
        if (unavailable is not null)
        {
            Assert.Skip(unavailable);
        }
    }
}
