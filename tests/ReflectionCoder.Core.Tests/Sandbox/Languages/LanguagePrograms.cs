using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Tests.Sandbox.Languages;

/// <summary>
/// One program for each language. It reads a line and does what its first word says: <c>sum 3 4</c> prints 7, <c>exit</c> ends with exit
/// code 3, <c>crash</c> lets a signal end it, <c>loop</c> and <c>sleep</c> never end, <c>memory</c> holds 400 MB that it has written to,
/// <c>flood</c> prints without end, and <c>threads</c> prints the sum of what four threads (or processes) computed. So it is compiled once.
/// </summary>
internal sealed record LanguagePrograms(SandboxLanguage Language, string Source, string Broken)
{
    public static IReadOnlyList<LanguagePrograms> All { get; } =
    [.. ScriptPrograms.Create(), .. NativePrograms.Create(), .. ManagedPrograms.Create()];

    /// <summary>What the system calls a program that ends itself: 134 for SIGABRT, 139 for SIGSEGV, 137 for SIGKILL.</summary>
    public required int CrashCode { get; init; }

    public static LanguagePrograms Of(string language) => All.Single(programs => programs.Language.Name == language);
}
