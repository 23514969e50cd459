namespace ReflectionCoder.Evaluation.Judging.Programs;

/// <summary>The languages whose tests are known.</summary>
internal static class ProgramDialects
{
    private static readonly ProgramDialect[] All =
    [
        CompiledDialects.Cpp,
        CompiledDialects.Java,
        CompiledDialects.CSharp,
        CompiledDialects.Rust,
        CompiledDialects.Swift,
        GoDialect.Go,
        ScriptDialects.JavaScript,
        ScriptDialects.TypeScript,
        ScriptDialects.Php,
        ScriptDialects.Bash,
    ];

    /// <summary>Finds a language's dialect; null if it has none.</summary>
    public static ProgramDialect? Find(string language) =>
        All.FirstOrDefault(dialect => string.Equals(dialect.Language, language, StringComparison.OrdinalIgnoreCase));

    /// <summary>Writes a line for each comparison.</summary>
    internal static string Lines(IReadOnlyList<Comparison> comparisons, Func<Comparison, string> write) =>
        string.Join('\n', comparisons.Select(write));
}
