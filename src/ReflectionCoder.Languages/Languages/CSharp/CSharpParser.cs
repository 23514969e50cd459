using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ReflectionCoder.Languages.CSharp;

/// <summary>Parses C# by Roslyn.</summary>
internal static class CSharpParser
{
    private static readonly CSharpParseOptions Options = new(LanguageVersion.Latest, DocumentationMode.None);

    /// <summary>Parses a source; what can't be read is in the tree's diagnostics.</summary>
    public static SyntaxTree Parse(string source) => CSharpSyntaxTree.ParseText(source, Options);

    /// <summary>The first thing that can't be read; null if there is none.</summary>
    public static Diagnostic? FirstError(SyntaxTree tree) =>
        tree.GetDiagnostics().FirstOrDefault(one => one.Severity == DiagnosticSeverity.Error);
}
