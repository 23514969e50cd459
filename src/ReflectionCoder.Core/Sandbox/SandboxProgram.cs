namespace ReflectionCoder.Sandbox;

/// <summary>A program to run.</summary>
/// <param name="Source">Its source text.</param>
/// <param name="Language">The language's name; <c>python</c> is the one built in.</param>
/// <param name="StandardInput">Text for its standard input; null for none.</param>
public sealed record SandboxProgram(string Source, string Language = "python", string? StandardInput = null);
