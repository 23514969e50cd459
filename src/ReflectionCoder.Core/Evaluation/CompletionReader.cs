using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ReflectionCoder.Files;

namespace ReflectionCoder.Evaluation;

/// <summary>Reads completions from JSONL or a JSON array. Thread-safe.</summary>
/// <remarks>
/// <para>Each is an object with the fields <c>task_id</c> and <c>completion</c>, as in HumanEval's samples, or <c>solution</c>, as in
/// EvalPlus's. If it has both, <c>completion</c> counts. A task id may be a number, as in MBPP's own files: 2 means <c>Mbpp/2</c>.
/// <see cref="Benchmarks.IBenchmark"/> does the same.</para>
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
        var completions = new List<Completion>();
        await foreach ((Completion? completion, DataFormatException? error) in EachAsync(path, problems, cancellationToken))
        {
            completions.Add(completion ?? throw error!);
        }

        return completions.Count > 0 ? completions : throw new DataFormatException(path, 0, "holds no completion");
    }

    /// <summary>
    /// Reads all completions of a file as <see cref="ReadAsync"/> does, and goes on behind what is none: a line that isn't JSON or isn't
    /// UTF-8, lacks a field, or answers another task. Such a line counts for no sample.
    /// </summary>
    /// <param name="path">The file; decompressed if its name ends in <c>.gz</c>.</param>
    /// <param name="problems">The problems that may be answered. The default value is null: any task id is allowed.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The completions, at least one, and the lines that are none.</returns>
    /// <exception cref="DataFormatException">The file holds no completion; says how many lines are none, and what the first one lacks.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static async Task<CompletionFile> ReadFileAsync(
        string path,
        IReadOnlyList<EvaluationProblem>? problems = null,
        CancellationToken cancellationToken = default
    )
    {
        var completions = new List<Completion>();
        var malformed = new List<MalformedLine>();
        DataFormatException? first = null;
        await foreach ((Completion? completion, DataFormatException? error) in EachAsync(path, problems, cancellationToken))
        {
            if (completion is not null)
            {
                completions.Add(completion);
                continue;
            }

            first ??= error!;
            string place = error!.Line > 0 ? $"{path}, line {error.Line.ToString(CultureInfo.InvariantCulture)}: " : $"{path}: ";
            malformed.Add(new MalformedLine(error.Line, error.Message[place.Length..]));
        }

        return completions.Count > 0 ? new CompletionFile { Completions = completions, Malformed = malformed }
            : first is null ? throw new DataFormatException(path, 0, "holds no completion")
            : throw new DataFormatException(
                path,
                first.Line,
                $"holds no completion. Malformed lines: {malformed.Count}. The first: {malformed[0].Error}",
                first
            );
    }

    private static async IAsyncEnumerable<(Completion? Completion, DataFormatException? Error)> EachAsync(
        string path,
        IReadOnlyList<EvaluationProblem>? problems,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        HashSet<string>? known = problems?.Select(problem => problem.TaskId).ToHashSet();
        var counts = new Dictionary<string, int>();
        bool holdsLists = false;
        await foreach (JsonRecords.Entry entry in JsonRecords.ReadEntriesAsync(path, cancellationToken).ConfigureAwait(false))
        {
            bool isList = entry is { InArray: true, Element.ValueKind: JsonValueKind.Array };
            holdsLists |= isList && entry.Number == 1 && problems is not null;
            if (isList && holdsLists)
            {
                foreach (JsonField item in new JsonField(entry.Element!.Value, path, entry.Number).Items())
                {
                    yield return Parse(item, listed => (TaskAt(listed, problems!), listed.Text()));
                }
            }
            else if (entry.Error is not null)
            {
                yield return (null, entry.Error);
            }
            else
            {
                yield return Parse(new JsonField(entry.Element!.Value, path, entry.Number), ReadObject);
            }
        }

        (Completion?, DataFormatException?) Parse(JsonField field, Func<JsonField, (string TaskId, string Code)> read)
        {
            try
            {
                (string taskId, string code) = read(field);
                if (known?.Contains(taskId) == false)
                {
                    return (null, field.LineError($"task '{taskId}' is not among the problems"));
                }

                int sample = counts.GetValueOrDefault(taskId);
                counts[taskId] = sample + 1;
                return (new Completion(taskId, sample, code), null);
            }
            catch (DataFormatException exception)
            {
                return (null, exception);
            }
        }
    }

    private static string TaskAt(JsonField item, IReadOnlyList<EvaluationProblem> problems) =>
        item.Line <= problems.Count
            ? problems[(int)item.Line - 1].TaskId
            : throw item.LineError($"there are only {problems.Count} problems");

    private static (string TaskId, string Code) ReadObject(JsonField field)
    {
        JsonField record = JsonField.ObjectOf(field.Element, field.Path, field.Line);
        foreach (string name in Fields)
        {
            if (record.Element.EnumerateObject().Count(property => property.NameEquals(name)) > 1)
            {
                throw record.Error(name, "comes twice");
            }
        }

        bool isSolution = record.Holds("solution") && !record.Holds("completion");
        return (record.GetTaskId(), record.GetText(isSolution ? "solution" : "completion"));
    }
}
