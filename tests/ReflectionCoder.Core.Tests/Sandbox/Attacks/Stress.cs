namespace ReflectionCoder.Tests.Sandbox.Attacks;

/// <summary>Whether the tests of stability run in their long form.</summary>
internal static class Stress
{
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("REFLECTIONCODER_STRESS") == "1";
}
