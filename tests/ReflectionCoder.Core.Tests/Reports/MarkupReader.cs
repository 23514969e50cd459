using System.Text.RegularExpressions;

namespace ReflectionCoder.Tests.Reports;

/// <summary>Reads the tags of a page that a report was rendered to.</summary>
internal static partial class MarkupReader
{
    private static readonly HashSet<string> Void = ["meta"];

    /// <summary>The page's tags with the names of their attributes; style and script are taken out.</summary>
    public static IReadOnlyList<string> TagsOf(string html)
    {
        string structure = Asset().Replace(html, "<${name}></${name}>");
        return [.. Tag().Matches(structure).Select(match => ValueOf().Replace(match.Value, ""))];
    }

    /// <summary>Throws if a tag isn't closed in order.</summary>
    public static void CheckNesting(string html)
    {
        Stack<string> open = [];
        foreach (string tag in TagsOf(html))
        {
            string name = Name().Match(tag).Value;
            if (tag.StartsWith("</", StringComparison.Ordinal))
            {
                Assert.Equal(open.Pop(), name);
            }
            else if (!tag.StartsWith("<!", StringComparison.Ordinal) && !Void.Contains(name))
            {
                open.Push(name);
            }
        }

        Assert.Empty(open);
    }

    [GeneratedRegex("<(?<name>style|script)>.*?</\\k<name>>", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Asset();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("=\"[^\"]*\"")]
    private static partial Regex ValueOf();

    [GeneratedRegex("(?<=^</?)[a-z0-9]+")]
    private static partial Regex Name();
}
