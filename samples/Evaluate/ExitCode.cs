namespace ReflectionCoder.Samples.Evaluate;

internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Stopped = 130;
}
