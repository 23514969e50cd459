using ReflectionCoder.Files;
using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Construction;

/// <summary>
/// Reads this library's own task files: programming tasks with a solution and tests, as JSONL in UTF-8, where <c>language</c> may be
/// missing and is <c>python</c> then. Other files are read by <see cref="Instructions.InstructionReader"/>. Blank lines are skipped,
/// unknown fields are ignored. A file with a name that ends in
/// <c>.gz</c> is decompressed. Thread-safe.
/// </summary>
public static class ProgrammingTaskReader
{
    private const int MinAsserts = 3;
    private const string Python = "python";

    private static readonly string[] Splits = ["train", "held_out"];

    /// <summary>Reads a task file.</summary>
    /// <param name="path">A JSONL file.</param>
    /// <returns>The tasks in the order of the file; their ids are unique. Nothing is run.</returns>
    /// <exception cref="DataFormatException">A line doesn't have the format, or repeats a task id.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static IReadOnlyList<ProgrammingTask> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Read(LineReader.Read(path));
    }

    /// <summary>Reads a stream. The caller closes it.</summary>
    internal static IReadOnlyList<ProgrammingTask> Read(Stream stream, string name) => Read(LineReader.Read(stream, name));

    private static List<ProgrammingTask> Read(IEnumerable<TextLine> lines)
    {
        List<ProgrammingTask> tasks = [];
        Dictionary<string, long> known = [];
        foreach (TextLine line in lines.Where(line => !line.IsBlank))
        {
            ProgrammingTask task = Parse(line);
            if (!known.TryAdd(task.TaskId, line.Number))
            {
                throw line.Error($"the task_id '{task.TaskId}' was used in line {known[task.TaskId]}; expected unique ids.");
            }

            tasks.Add(task);
        }

        return tasks;
    }

    private static ProgrammingTask Parse(TextLine line)
    {
        JsonField root = line.ParseObject();
        ProgrammingTask task = new()
        {
            TaskId = Text(root, "task_id"),
            Instruction = Text(root, "instruction"),
            EntryPoint = Text(root, "entry_point"),
            Solution = Text(root, "solution"),
            Asserts = Texts(root, "asserts"),
            Language = Language(root),
            Split = Text(root, "split"),
            Explanation = root.Optional("explanation") is null ? null : Text(root, "explanation"),
        };
        return FindProblem(task) is { } problem ? throw line.Error(problem) : task;
    }

    private static string Text(JsonField root, string name)
    {
        JsonField field = root.Required(name);
        return field.IsText && field.Text() is { Length: > 0 } text ? text : throw field.Must("a string that is not empty");
    }

    private static string Language(JsonField root)
    {
        if (root.Optional("language") is not { } field)
        {
            return Python;
        }

        string name = field.Text();
        return SandboxLanguages.All.FirstOrDefault(language => language.IsCalled(name))?.Name
            ?? throw field.Must($"one of {string.Join(", ", SandboxLanguages.All.Select(language => language.Name))}");
    }

    private static IReadOnlyList<string> Texts(JsonField root, string name)
    {
        JsonField field = root.Required(name);
        return field.IsTexts ? field.Texts() : throw field.Must("an array of strings");
    }

    private static string? FindProblem(ProgrammingTask task)
    {
        bool isPython = task.Language == Python;
        string? noAssert = task.Asserts.FirstOrDefault(text => isPython ? !IsAssert(text) : string.IsNullOrWhiteSpace(text));
        return task switch
        {
            _ when Array.IndexOf(Splits, task.Split) < 0 => $"field 'split' must be {string.Join(" or ", Splits)}, found '{task.Split}'.",
            { Asserts.Count: < MinAsserts } => $"field 'asserts' must hold at least {MinAsserts} statements, found {task.Asserts.Count}.",
            _ when noAssert is not null =>
                $"field 'asserts' must hold {(isPython ? "one-line assert" : "non-blank")} statements, found '{noAssert}'.",
            _ when isPython && !task.Solution!.Contains($"def {task.EntryPoint}(", StringComparison.Ordinal) =>
                $"field 'solution' must define the function '{task.EntryPoint}'.",
            _ => null,
        };
    }

    private static bool IsAssert(string text) => text.StartsWith("assert ", StringComparison.Ordinal) && !text.Contains('\n');
}
