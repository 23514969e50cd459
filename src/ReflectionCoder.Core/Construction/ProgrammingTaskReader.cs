using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using ReflectionCoder.Files;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction;

/// <summary>Reads programming tasks from JSONL: UTF-8, blank lines skipped, unknown fields ignored. Thread-safe.</summary>
public static class ProgrammingTaskReader
{
    /// <summary>Fewest asserts of a task.</summary>
    public const int MinAsserts = 3;

    /// <summary>The splits a task can be in.</summary>
    private static readonly string[] Splits = ["train", "held_out"];

    /// <summary>Reads a task file.</summary>
    /// <param name="path">A JSONL file.</param>
    /// <returns>Its tasks in order; their ids are unique.</returns>
    /// <exception cref="DataFormatException">A line breaks the format or repeats a task id.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static IReadOnlyList<ProgrammingTask> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Read(ReadLines(path), path);
    }

    /// <summary>Reads the lines of a task file.</summary>
    /// <param name="lines">One JSON object a line.</param>
    /// <param name="path">What errors call their source.</param>
    /// <returns>The tasks in order; their ids are unique.</returns>
    /// <exception cref="DataFormatException">A line breaks the format or repeats a task id.</exception>
    public static IReadOnlyList<ProgrammingTask> Read(IEnumerable<string> lines, string path = "lines")
    {
        ArgumentNullException.ThrowIfNull(lines);
        return Read(lines.Select((line, index) => (index + 1L, line)).Where(line => !string.IsNullOrWhiteSpace(line.line)), path);
    }

    private static List<ProgrammingTask> Read(IEnumerable<(long Number, string Line)> lines, string path)
    {
        List<ProgrammingTask> tasks = [];
        Dictionary<string, long> known = [];
        foreach ((long number, string line) in lines)
        {
            ProgrammingTask task = Parse(line, path, number);
            if (!known.TryAdd(task.TaskId, number))
            {
                throw new DataFormatException(
                    path, number, $"the task_id '{task.TaskId}' was used in line {known[task.TaskId]}; expected unique ids.");
            }

            tasks.Add(task);
        }

        return tasks;
    }

    private static IEnumerable<(long Number, string Line)> ReadLines(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        using LineBuffer lines = new(path);
        bool more = true;
        while (more)
        {
            more = lines.Fill(stream);
            while (lines.TryTake(more, out ReadOnlyMemory<byte> line))
            {
                yield return Utf8.IsValid(line.Span)
                    ? (lines.Number, Encoding.UTF8.GetString(line.Span))
                    : throw new DataFormatException(path, lines.Number, "the line is not valid UTF-8.");
            }
        }
    }

    private static ProgrammingTask Parse(string line, string path, long number)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new DataFormatException(path, number, $"expected a JSON object, found {Describe(root)}.");
            }

            ProgrammingTask task = new()
            {
                TaskId = Text(root, "task_id"),
                Instruction = Text(root, "instruction"),
                EntryPoint = Text(root, "entry_point"),
                Solution = Text(root, "solution"),
                Asserts = Texts(root, "asserts"),
                Split = Text(root, "split"),
            };
            return Validate(task, path, number);
        }
        catch (JsonException exception)
        {
            throw new DataFormatException(path, number, $"not JSON: {exception.Message}", exception);
        }

        string Text(JsonElement parent, string field)
        {
            bool isText = parent.TryGetProperty(field, out JsonElement value) && value.ValueKind == JsonValueKind.String;
            return isText && Whole(value, field) is { Length: > 0 } text
                ? text
                : throw Wrong($"field '{field}' must be a string that is not empty, found {Describe(value)}.");
        }

        string[] Texts(JsonElement parent, string field)
        {
            if (!parent.TryGetProperty(field, out JsonElement value)
                || value.ValueKind != JsonValueKind.Array
                || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
            {
                throw Wrong($"field '{field}' must be an array of strings, found {Describe(value)}.");
            }

            return [.. value.EnumerateArray().Select(item => Whole(item, field))];
        }

        string Whole(JsonElement value, string field)
        {
            try
            {
                return value.GetString()!;
            }
            catch (InvalidOperationException exception)
            {
                // Escapes are checked only here.
                throw new DataFormatException(
                    path, number, $"field '{field}' escapes one half of a surrogate pair; expected whole characters.", exception);
            }
        }

        DataFormatException Wrong(string problem) => new(path, number, problem);
    }

    private static ProgrammingTask Validate(ProgrammingTask task, string path, long number)
    {
        string? noAssert = task.Asserts.FirstOrDefault(text => !text.StartsWith("assert ", StringComparison.Ordinal) || text.Contains('\n'));
        string? problem = task switch
        {
            _ when Array.IndexOf(Splits, task.Split) < 0 => $"field 'split' must be {string.Join(" or ", Splits)}, found '{task.Split}'.",
            { Asserts.Count: < MinAsserts } => $"field 'asserts' must hold at least {MinAsserts} statements, found {task.Asserts.Count}.",
            _ when noAssert is not null => $"field 'asserts' must hold one-line assert statements, found '{noAssert}'.",
            _ when !task.Solution.Contains($"def {task.EntryPoint}(", StringComparison.Ordinal) =>
                $"field 'solution' must define the function '{task.EntryPoint}'.",
            _ => null,
        };
        return problem is null ? task : throw new DataFormatException(path, number, problem);
    }

    private static string Describe(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Undefined => "nothing",
        JsonValueKind.String => "an empty string",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array with something else in it",
        _ => element.ValueKind.ToString().ToLowerInvariant(),
    };
}
