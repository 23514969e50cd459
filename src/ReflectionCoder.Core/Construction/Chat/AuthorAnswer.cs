using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using ReflectionCoder.Sequences;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction.Chat;

/// <summary>
/// An answer of the author's model, split into text and code. Models get fences wrong in more ways than Markdown forgives, so this reads
/// them with more patience than <see cref="FencedCode"/>.
/// </summary>
/// <param name="Text">What the answer says, without thinking; goes back to the model as its own message.</param>
/// <param name="Blocks">Its text and code in order; no block is blank.</param>
internal sealed partial record AuthorAnswer(string Text, IReadOnlyList<Block> Blocks)
{
    /// <summary>Whether the answer went on with the output of its program, which is the sandbox's to say; that part isn't here.</summary>
    public bool HasInventedOutput { get; private init; }

    /// <summary>The code blocks.</summary>
    public IReadOnlyList<string> Code => [.. Blocks.Where(block => block.Type == BlockType.Code).Select(block => block.Content)];

    /// <summary>Reads a response; a block of code or execution of our own models counts as what it is.</summary>
    public static AuthorAnswer Read(ChatResponse response, string language)
    {
        List<Block> blocks = [];
        bool hasInventedOutput = false;
        foreach (TextContent content in response.Messages.SelectMany(message => message.Contents).OfType<TextContent>())
        {
            object? type = content.AdditionalProperties?.GetValueOrDefault("block");
            if (type as string == "execution")
            {
                hasInventedOutput = true; // and what follows rests on it
                break;
            }

            blocks.Add(new Block(type as string == "code" ? BlockType.Code : BlockType.Text, Whole(content.Text)));
        }

        if (blocks.All(block => block.Type == BlockType.Text))
        {
            return Read(string.Concat(blocks.Select(block => block.Content)), language) with { HasInventedOutput = hasInventedOutput };
        }

        blocks = [.. blocks.Where(block => !string.IsNullOrWhiteSpace(block.Content)).Select(Trimmed)];
        return new AuthorAnswer(
            string.Join(
                "\n\n",
                blocks.Select(block => block.Type == BlockType.Code ? $"```{language}\n{block.Content}\n```" : block.Content)
            ),
            blocks
        )
        {
            HasInventedOutput = hasInventedOutput,
        };
    }

    /// <summary>Reads the text of an answer.</summary>
    public static AuthorAnswer Read(string answer, string language)
    {
        string text = WithoutThinking(Whole(answer)).Trim();
        string[] lines = text.Split('\n');
        List<Block> blocks = [];
        List<string> prose = [];
        for (int i = 0; i < lines.Length; i++)
        {
            Match open = Opening().Match(lines[i]);
            if (!open.Success)
            {
                prose.Add(lines[i]);
                continue;
            }

            string marks = open.Groups["marks"].Value;
            int end = Closing(lines, i + 1, marks, language);
            int indent = open.Groups["indent"].Length;
            string code = string.Join('\n', lines[(i + 1)..end].Select(line => Outdent(line, indent)));
            string tag = Word().Match(open.Groups["info"].Value).Value.ToLowerInvariant();
            bool isOther = FencedCode.IsOther(tag) || (FencedCode.IsShell(tag) && language != "bash");
            if (isOther || string.IsNullOrWhiteSpace(code))
            {
                prose.AddRange(lines[i..Math.Min(end + 1, lines.Length)]);
            }
            else
            {
                AddText(blocks, prose);
                blocks.Add(Trimmed(new Block(BlockType.Code, code)));
            }

            i = end;
        }

        AddText(blocks, prose);
        if (blocks.All(block => block.Type == BlockType.Text) && LooksLikeCode(text, language))
        {
            blocks = [new Block(BlockType.Code, text)];
        }

        return new AuthorAnswer(text, blocks);
    }

    /// <summary>
    /// The line that closes a block. A fence with a tag inside opens a nested one; a fence inside a Python string of three quotes is part
    /// of it. Without a closing fence the block ends with the answer.
    /// </summary>
    private static int Closing(string[] lines, int start, string marks, string language)
    {
        int depth = 0;
        bool inText = false;
        for (int i = start; i < lines.Length; i++)
        {
            Match fence = Opening().Match(lines[i]);
            if (inText && fence.Success && !StringEndsLater(lines, i))
            {
                inText = false; // the string was never closed: its code is damaged, the fence still ends it
            }

            if (inText || !fence.Success || fence.Groups["marks"].Value[0] != marks[0] || fence.Groups["marks"].Length < marks.Length)
            {
                inText ^= language == "python" && TripleQuotes().Count(lines[i]) % 2 == 1;
                continue;
            }

            depth += fence.Groups["info"].Value.Trim().Length > 0 ? 1 : -1;
            if (depth < 0)
            {
                return i;
            }
        }

        return lines.Length;
    }

    private static bool StringEndsLater(string[] lines, int start) => lines.Skip(start).Any(line => TripleQuotes().Count(line) % 2 == 1);

    private static Block Trimmed(Block block)
    {
        IEnumerable<string> lines = block.Content.Split('\n').SkipWhile(string.IsNullOrWhiteSpace);
        string text = string.Join('\n', lines).TrimEnd();
        return block with { Content = block.Type == BlockType.Text ? text.Trim() : text };
    }

    private static void AddText(List<Block> blocks, List<string> prose)
    {
        string text = string.Join('\n', prose).Trim();
        prose.Clear();
        if (text.Length > 0)
        {
            blocks.Add(new Block(BlockType.Text, text));
        }
    }

    private static string Outdent(string line, int indent) => line[Math.Min(indent, line.Length - line.TrimStart(' ', '\t').Length)..];

    /// <summary>Line feeds alone at lines' ends, and whole characters alone, which UTF-8 can hold.</summary>
    private static string Whole(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n")));

    private static string WithoutThinking(string text)
    {
        string start = text.TrimStart();
        int end = start.IndexOf("</think>", StringComparison.OrdinalIgnoreCase);
        bool opens = start.StartsWith("<think>", StringComparison.OrdinalIgnoreCase);
        int fence = start.IndexOf("```", StringComparison.Ordinal);
        bool ends = end >= 0 && (opens || fence < 0 || end < fence); // some servers swallow the opening tag
        return ends ? start[(end + "</think>".Length)..]
            : opens ? ""
            : text;
    }

    private static bool LooksLikeCode(string text, string language) =>
        language == "python" ? PythonStart().IsMatch(text) : BraceStart().IsMatch(text) && text.Contains('}', StringComparison.Ordinal);

    [GeneratedRegex(
        @"^(?<indent>[ \t]*)((?<marks>`{3,})(?<info>[^`]*)|(?<marks>~{3,})(?<info>.*))$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        5000
    )]
    private static partial Regex Opening();

    [GeneratedRegex("\"\"\"|'''", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex TripleQuotes();

    [GeneratedRegex(@"[\w+#-]+", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Word();

    [GeneratedRegex(
        @"^(def \w+\(|class \w+[(:]|import \w|from \w\S* import |@\w)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        5000
    )]
    private static partial Regex PythonStart();

    [GeneratedRegex(
        @"^(function |const |let |var |class |using |#include|package |import |public |fn |func |use |static |int |<\?php|'use strict')",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        5000
    )]
    private static partial Regex BraceStart();
}
