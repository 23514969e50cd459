namespace ReflectionCoder.Sandbox.Bubblewrap;

/// <summary>What a server loads before the first program.</summary>
/// <param name="Modules">Names of installed modules.</param>
/// <param name="Sources">Names and texts of modules that aren't installed.</param>
internal sealed record PythonPreload(IReadOnlyList<string> Modules, IReadOnlyList<KeyValuePair<string, string>> Sources)
{
    /// <summary>Nothing.</summary>
    public static PythonPreload None { get; } = new([], []);
}
