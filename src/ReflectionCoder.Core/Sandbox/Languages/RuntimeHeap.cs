namespace ReflectionCoder.Sandbox.Languages;

/// <summary>The heap limit of a runtime that has its own.</summary>
internal static class RuntimeHeap
{
    /// <summary>
    /// A quarter more than the program may hold, in MiB. So the sandbox sees that a program holds too much before the runtime gives up,
    /// which would look like a failure of the program.
    /// </summary>
    public static long Mebibytes(SandboxLimits limits) => Math.Max(16, (limits.MemoryBytes + limits.MemoryBytes / 4) >> 20);
}
