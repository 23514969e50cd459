using System.Text.RegularExpressions;

namespace ReflectionCoder.Construction.Programs;

/// <summary>Go: tests are source text with the main function. There is one package clause, and imports come first.</summary>
internal sealed partial class GoTests() : TestLanguage("go", "Go")
{
    public override string Join(string solution, IReadOnlyList<string> tests)
    {
        List<string> imports = [];
        string[] parts = [Strip(solution), Strip(string.Join('\n', tests))];
        string import = imports.Count == 0 ? "" : $"import (\n{string.Concat(imports.Select(one => $"\t{one}\n"))})\n\n";
        return $"package main\n\n{import}{string.Join("\n\n", parts.Where(part => part.Length > 0))}";

        string Strip(string source)
        {
            foreach (Match match in Import().Matches(source))
            {
                imports.AddRange(
                    match
                        .Groups["names"]
                        .Value.Split(['\n', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                        .Where(name => !imports.Contains(name))
                );
            }

            return Package().Replace(Import().Replace(source, ""), "").Trim('\n', ' ');
        }
    }

    [GeneratedRegex(@"^import\s+(\((?<names>[^)]*)\)|(?<names>.+))\n?", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Import();

    [GeneratedRegex(@"^package\s+\w+[ \t]*\n?", RegexOptions.Multiline, 1000)]
    private static partial Regex Package();
}
