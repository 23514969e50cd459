namespace ReflectionCoder.Sandbox.Languages;

/// <summary>The languages that the library's sandboxes run.</summary>
public static class SandboxLanguages
{
    /// <summary>Python 3 (<c>python</c>).</summary>
    public static SandboxLanguage Python { get; } = PythonLanguage.Create();

    /// <summary>JavaScript in Node.js (<c>javascript</c>).</summary>
    public static SandboxLanguage JavaScript { get; } = JavaScriptLanguage.Create();

    /// <summary>TypeScript, checked and compiled by <c>tsc</c>, in Node.js (<c>typescript</c>).</summary>
    public static SandboxLanguage TypeScript { get; } = TypeScriptLanguage.Create();

    /// <summary>C++20 with GCC (<c>cpp</c>).</summary>
    public static SandboxLanguage Cpp { get; } = CppLanguage.Create();

    /// <summary>C17 with GCC (<c>c</c>).</summary>
    public static SandboxLanguage C { get; } = CLanguage.Create();

    /// <summary>Java in one file; the class that has a main method is run, whatever its name (<c>java</c>).</summary>
    public static SandboxLanguage Java { get; } = JavaLanguage.Create();

    /// <summary>C# in one file, with or without top-level statements and with the SDK's implicit usings (<c>csharp</c>).</summary>
    public static SandboxLanguage CSharp { get; } = CSharpLanguage.Create();

    /// <summary>Go with its standard library (<c>go</c>).</summary>
    public static SandboxLanguage Go { get; } = GoLanguage.Create();

    /// <summary>Rust 2021 with its standard library (<c>rust</c>).</summary>
    public static SandboxLanguage Rust { get; } = RustLanguage.Create();

    /// <summary>PHP (<c>php</c>).</summary>
    public static SandboxLanguage Php { get; } = PhpLanguage.Create();

    /// <summary>Ruby (<c>ruby</c>).</summary>
    public static SandboxLanguage Ruby { get; } = RubyLanguage.Create();

    /// <summary>Bash (<c>bash</c>).</summary>
    public static SandboxLanguage Bash { get; } = BashLanguage.Create();

    /// <summary>Swift (<c>swift</c>).</summary>
    public static SandboxLanguage Swift { get; } = SwiftLanguage.Create();

    /// <summary>All of them. Those whose compiler or interpreter the machine lacks are here too.</summary>
    public static IReadOnlyList<SandboxLanguage> All { get; } =
    [Python, JavaScript, TypeScript, Cpp, C, Java, CSharp, Go, Rust, Php, Ruby, Bash, Swift];

    /// <summary>Finds a language by its name or an alias.</summary>
    /// <exception cref="SandboxUnavailableException">None of the languages is called so; the message lists them.</exception>
    internal static SandboxLanguage Find(IReadOnlyList<SandboxLanguage> languages, string name) =>
        languages.FirstOrDefault(language => language.IsCalled(name))
        ?? throw new SandboxUnavailableException(
            $"The sandbox runs no '{name}' programs; it runs {string.Join(", ", languages.Select(language => $"'{language.Name}'"))}."
        )
        {
            Language = name,
        };

    /// <summary>Whether there is a language, and no name or alias means two.</summary>
    internal static bool AreDistinct(IReadOnlyList<SandboxLanguage>? languages)
    {
        List<string> names = [.. (languages ?? []).SelectMany(language => (IEnumerable<string>)[language.Name, .. language.Aliases])];
        return names.Count > 0 && names.Distinct(StringComparer.OrdinalIgnoreCase).Count() == names.Count;
    }
}
