namespace ReflectionCoder.Samples;

/// <summary>How the samples end, for scripts.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;

    /// <summary>Stopped by Ctrl-C, as a shell reports it.</summary>
    public const int Stopped = 130;
}
