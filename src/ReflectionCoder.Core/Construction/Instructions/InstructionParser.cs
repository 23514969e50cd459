using System.Security.Cryptography;
using System.Text;
using ReflectionCoder.Files;
using ReflectionCoder.Sandbox.Languages;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction.Instructions;

/// <summary>Makes a task of one line's object. Immutable.</summary>
internal sealed class InstructionParser(InstructionFields fields)
{
    private const int IdBytes = 8;

    private static readonly string[] InstructionNames = ["instruction", "prompt", "problem", "question", "query"];
    private static readonly string[] ConversationNames = ["messages", "conversations"];
    private static readonly string[] IdNames = ["task_id", "id"];
    private static readonly string[] LanguageNames = ["language", "lang", "programming_language"];
    private static readonly string[] TestNames = ["asserts", "test_list", "tests", "test"];
    private static readonly string[] SolutionNames = ["solution", "output", "response", "completion", "answer"];
    private static readonly string[] EntryPointNames = ["entry_point"];
    private static readonly string[] ExplanationNames = ["explanation"];
    private static readonly string[] UserNames = ["user", "human"];

    public ProgrammingTask Parse(JsonField line)
    {
        string instruction = Instruction(line);
        string? id = Find(line, fields.TaskId, IdNames) is { } found ? IdOf(found) : null;
        return new ProgrammingTask
        {
            TaskId = id ?? HashOf(instruction),
            Instruction = instruction,
            Language = Language(line),
            EntryPoint = OptionalText(line, fields.EntryPoint, EntryPointNames),
            Solution = Solution(line),
            Asserts = Tests(line),
            Explanation = Find(line, fields.Explanation, ExplanationNames) is { IsText: true } said ? NullIfBlank(said.Text()) : null,
            Split = line.Text("split", "train") == "held_out" ? "held_out" : "train", // others name parts of their own
        };
    }

    private string Instruction(JsonField line)
    {
        if (Find(line, fields.Instruction, InstructionNames) is { IsText: true } field && !string.IsNullOrWhiteSpace(field.Text()))
        {
            string input = fields.Instruction is null ? line.Text("input", string.Empty) : string.Empty;
            return string.IsNullOrWhiteSpace(input) ? field.Text() : $"{field.Text()}\n\n{input}";
        }

        if (fields.Instruction is not null)
        {
            throw line.Required(fields.Instruction).Must("a string that is not blank");
        }

        JsonField? conversation = ConversationNames.Select(line.Optional).FirstOrDefault(one => one is { IsArray: true });
        JsonField? first = conversation?.Items().Where(IsOfUser).Select(item => (JsonField?)item).FirstOrDefault();
        string? text = first?.Text(first.Value.Has("value") ? "value" : "content");
        return string.IsNullOrWhiteSpace(text)
            ? throw line.LineError(
                $"found no instruction; expected a field {string.Join(", ", InstructionNames)}, or a user's message in "
                    + $"{string.Join(" or ", ConversationNames)}."
            )
            : text;
    }

    private static bool IsOfUser(JsonField message) =>
        message.IsObject && UserNames.Contains((message.Optional("role") ?? message.Optional("from"))?.Text() ?? "user");

    private string Language(JsonField line)
    {
        string name = OptionalText(line, fields.Language, LanguageNames)?.Trim() ?? fields.DefaultLanguage;
        return SandboxLanguages.All.FirstOrDefault(language => language.IsCalled(name))?.Name ?? name.ToLowerInvariant();
    }

    private IReadOnlyList<string> Tests(JsonField line) =>
        Find(line, fields.Tests, TestNames) switch
        {
            { IsTexts: true } list => [.. list.Texts().Where(test => !string.IsNullOrWhiteSpace(test))],
            { IsText: true } text when !string.IsNullOrWhiteSpace(text.Text()) => [text.Text()],
            { IsText: true } or null => [],
            { } other => throw other.Must("an array of strings, or a string"),
        };

    /// <summary>The code of an answer. An answer of prose alone, as in sets that aren't only about code, is none.</summary>
    private string? Solution(JsonField line)
    {
        string? text = OptionalText(line, fields.Solution, SolutionNames);
        if (text is null)
        {
            return null;
        }

        // "solution" and a field that the user names hold code; the others hold what an assistant said.
        bool isCode = fields.Solution is not null || line.Has("solution");
        return FencedCode.FirstProgram(text) ?? (isCode && !text.Contains("```", StringComparison.Ordinal) ? text : null);
    }

    private static string? OptionalText(JsonField line, string? name, string[] names) =>
        Find(line, name, names) is { } field ? NullIfBlank(field.Text()) : null;

    private static string? NullIfBlank(string text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private static JsonField? Find(JsonField line, string? name, string[] names) =>
        name is not null ? line.Optional(name) : names.Select(line.Optional).FirstOrDefault(field => field is not null);

    private static string IdOf(JsonField field) => field.IsText ? field.Text() : field.Element.GetRawText();

    private static string HashOf(string instruction) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(instruction)).AsSpan(..IdBytes));
}
