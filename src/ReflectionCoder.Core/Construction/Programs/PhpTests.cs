namespace ReflectionCoder.Construction.Programs;

/// <summary>PHP: tests are source text. There is one opening tag, in front.</summary>
internal sealed class PhpTests() : TestLanguage("php", "PHP")
{
    private const string Open = "<?php";
    private const string Close = "?>";

    public override string Join(string solution, IReadOnlyList<string> tests) =>
        $"{Open}\n\n{Strip(solution)}\n\n{Strip(string.Join('\n', tests))}";

    private static string Strip(string source)
    {
        string text = source.Trim();
        text = text.StartsWith(Open, StringComparison.OrdinalIgnoreCase) ? text[Open.Length..] : text;
        return (text.EndsWith(Close, StringComparison.Ordinal) ? text[..^Close.Length] : text).Trim('\n', ' ');
    }
}
