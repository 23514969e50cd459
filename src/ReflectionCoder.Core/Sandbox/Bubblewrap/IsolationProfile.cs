namespace ReflectionCoder.Sandbox.Bubblewrap;

/// <summary>
/// Which parts of the isolation are on. Everything is, except in tests, which switch one off to prove that an attack would succeed without
/// it.
/// </summary>
internal sealed record IsolationProfile
{
    /// <summary>Everything on.</summary>
    public static IsolationProfile Full { get; } = new();

    /// <summary>Whether programs get the system-call filter.</summary>
    public bool FiltersSystemCalls { get; init; } = true;

    /// <summary>Whether the memory and processor time of all processes together are watched.</summary>
    public bool WatchesUse { get; init; } = true;

    /// <summary>Whether a program's first process, which reports how it ended, is out of the program's reach.</summary>
    public bool ProtectsInit { get; init; } = true;
}
