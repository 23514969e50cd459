using ReflectionCoder.Files;

namespace ReflectionCoder.Evaluation;

/// <summary>
/// Reads completions from JSONL or a JSON array. Each is an object with the fields <c>task_id</c> and <c>completion</c>, or <c>solution</c>
/// as in EvalPlus's files. Thread-safe.
/// </summary>
/// <remarks>
/// <para>A task id may be a number, as in MBPP's own files: 2 means <c>Mbpp/2</c>. The library's benchmarks do the same.</para>
/// <para>If an object has both <c>completion</c> and <c>solution</c>, the first counts.</para>
/// <para>Where the problems are given, an array may also hold a list of texts for each of them, in their order, as bigcode's
/// <c>generations.json</c> does.</para>
/// </remarks>
public static class CompletionReader
{
    private static readonly string[] Fields = ["task_id", "completion", "solution"];

    /// <summary>Reads all completions of a file. Those of one task are numbered from 0, in the order of the file.</summary>
    /// <param name="path">The file; decompressed if its name ends in <c>.gz</c>.</param>
    /// <param name="problems">The problems that may be answered. The default value is null: any task id is allowed.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The completions in the order of the file, at least one.</returns>
    /// <exception cref="DataFormatException">
    /// A field is missing, a task is not among the problems, or the file holds no completion.
    /// </exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static async Task<IReadOnlyList<Completion>> ReadAsync(
        string path,
        IReadOnlyList<EvaluationProblem>? problems = null,
        CancellationToken cancellationToken = default
    )
    {
        (CompletionFile file, DataFormatException? first) = await ReadAllAsync(path, problems, cancellationToken).ConfigureAwait(false);
        return first is null ? file.Completions : throw first;
    }

    /// <summary>
    /// Reads the completions of a file that may hold lines that are none: a model's output is seldom whole. No line is lost: each one is a
    /// completion or is named among the malformed ones.
    /// </summary>
    /// <param name="path">The file; decompressed if its name ends in <c>.gz</c>.</param>
    /// <param name="problems">The problems that may be answered. The default value is null: any task id is allowed.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>At least one completion, and the lines that are none.</returns>
    /// <exception cref="DataFormatException">
    /// The file holds no completion; the message says how many lines are malformed and what is wrong with the first.
    /// </exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static async Task<CompletionFile> ReadFileAsync(
        string path,
        IReadOnlyList<EvaluationProblem>? problems = null,
        CancellationToken cancellationToken = default
    )
    {
        (CompletionFile file, DataFormatException? first) = await ReadAllAsync(path, problems, cancellationToken).ConfigureAwait(false);
        return first is null || file.Completions.Count > 0
            ? file
            : throw new DataFormatException(
                path,
                0,
                $"holds no completion: all {file.Malformed.Count} lines are malformed, the first of them line {first.Line}: "
                    + file.Malformed[0].Error,
                first
            );
    }

    private static async Task<(CompletionFile File, DataFormatException? First)> ReadAllAsync(
        string path,
        IReadOnlyList<EvaluationProblem>? problems,
        CancellationToken cancellationToken
    )
    {
        HashSet<string>? known = problems?.Select(problem => problem.TaskId).ToHashSet();
        var counts = new Dictionary<string, int>();
        var completions = new List<Completion>();
        var malformed = new List<MalformedLine>();
        DataFormatException? first = null;
        bool holdsLists = false;
        await foreach (Func<JsonField> read in JsonRecords.ReadEachAsync(path, cancellationToken).ConfigureAwait(false))
        {
            JsonField? record = null;
            Add(() =>
            {
                record = read();
                holdsLists |= problems is not null && record is { IsArray: true, Line: 1 };
                return holdsLists && record.Value.IsArray ? null : Read(record.Value, known);
            });
            foreach (JsonField item in holdsLists && record is { IsArray: true } list ? list.Items() : [])
            {
                Add(() => (TaskAt(item, problems!), item.Text()));
            }
        }

        return completions.Count > 0 || malformed.Count > 0
            ? (new CompletionFile(completions, malformed), first)
            : throw new DataFormatException(path, 0, "holds no completion");

        void Add(Func<(string TaskId, string Code)?> parse)
        {
            try
            {
                if (parse() is var (taskId, code))
                {
                    int sample = counts.GetValueOrDefault(taskId);
                    counts[taskId] = sample + 1;
                    completions.Add(new Completion(taskId, sample, code));
                }
            }
            catch (DataFormatException exception)
            {
                first ??= exception;
                malformed.Add(
                    new MalformedLine(exception.Line, exception.Field is { } field ? $"'{field}': {exception.Problem}" : exception.Problem)
                );
            }
        }
    }

    private static string TaskAt(JsonField item, IReadOnlyList<EvaluationProblem> problems) =>
        item.Line <= problems.Count
            ? problems[(int)item.Line - 1].TaskId
            : throw item.LineError($"there are only {problems.Count} problems");

    private static (string TaskId, string Code) Read(JsonField field, HashSet<string>? known)
    {
        JsonField record = JsonField.ObjectOf(field.Element, field.Path, field.Line);
        foreach (string name in Fields)
        {
            if (record.Element.EnumerateObject().Count(property => property.NameEquals(name)) > 1)
            {
                throw record.Error(name, "comes twice");
            }
        }

        string taskId = record.GetTaskId();
        return known?.Contains(taskId) == false
            ? throw record.LineError($"task '{taskId}' is not among the problems")
            : (taskId, record.GetText(record.Holds("solution") && !record.Holds("completion") ? "solution" : "completion"));
    }
}
