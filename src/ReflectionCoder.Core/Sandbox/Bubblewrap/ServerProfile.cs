namespace ReflectionCoder.Sandbox.Bubblewrap;

/// <summary>What the server is told about itself when it starts.</summary>
/// <param name="MountProc">Whether tasks get a /proc of their own.</param>
/// <param name="WatchesUse">Whether memory and processor time of all processes together are watched.</param>
/// <param name="ProtectsInit">Whether a task's first process is put out of the program's reach.</param>
/// <param name="BytesPerSocket">What a socket of a program may hold unread, in bytes.</param>
/// <param name="Modules">Python modules to load.</param>
internal sealed record ServerProfile(
    bool MountProc,
    bool WatchesUse,
    bool ProtectsInit,
    long BytesPerSocket,
    IReadOnlyList<string> Modules
);
