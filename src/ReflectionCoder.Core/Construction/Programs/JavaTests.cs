using System.Text.RegularExpressions;

namespace ReflectionCoder.Construction.Programs;

/// <summary>Java: tests are source text with the class that has the main method. Imports come first.</summary>
internal sealed partial class JavaTests() : TestLanguage("java", "Java")
{
    public override string Join(string solution, IReadOnlyList<string> tests)
    {
        string testText = string.Join('\n', tests);
        IEnumerable<string> imports = Import()
            .Matches(solution)
            .Concat(Import().Matches(testText))
            .Select(match => match.Value.Trim())
            .Distinct();
        IEnumerable<string> parts = [string.Join('\n', imports), Import().Replace(solution, ""), Import().Replace(testText, "")];
        return string.Join("\n\n", parts.Select(part => part.Trim('\n', ' ')).Where(part => part.Length > 0));
    }

    [GeneratedRegex(@"^import\s+(static\s+)?[\w.*]+\s*;[ \t]*\n?", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Import();
}
