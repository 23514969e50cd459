namespace ReflectionCoder.Sandbox;

/// <summary>Why the sandbox stopped a run from outside.</summary>
internal enum StopReason
{
    /// <summary>It didn't.</summary>
    None,

    /// <summary>The caller cancelled.</summary>
    Cancelled,

    /// <summary>The wall-clock limit was reached.</summary>
    WallTime,

    /// <summary>The program printed too much.</summary>
    Output,
}
