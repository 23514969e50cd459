namespace ReflectionCoder.Sandbox;

/// <summary>A program to run.</summary>
/// <param name="Source">The program's source text.</param>
/// <param name="Language">
/// Name of the language, or an alias; the library's are in <see cref="Languages.SandboxLanguages"/>. The default value is <c>python</c>.
/// </param>
/// <param name="StandardInput">Text that the program can read from standard input. The default value is null: none.</param>
public sealed record SandboxProgram(string Source, string Language = "python", string? StandardInput = null);
