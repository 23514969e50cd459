using ReflectionCoder.Files;

namespace ReflectionCoder.Curation;

/// <summary>Reads the texts of benchmark files for a <see cref="Decontaminator"/>.</summary>
public static class BenchmarkTextReader
{
    private static readonly string[] IdFields = ["task_id", "question_id", "id", "name"];

    private static readonly string[] TextFields =
    [
        "prompt",
        "text",
        "instruction",
        "question_content",
        "canonical_solution",
        "code",
        "solution",
    ];

    /// <summary>
    /// Reads a file of HumanEval(+), MBPP(+), MultiPL-E, LiveCodeBench, or of this library's tasks: JSONL, or one JSON array, such as
    /// MBPP's sanitized file. Other files work too, if they have such fields: <c>task_id</c>,
    /// <c>question_id</c>, <c>id</c> or <c>name</c>, and one or more of <c>prompt</c>, <c>text</c>,
    /// <c>instruction</c>, <c>question_content</c>, <c>canonical_solution</c>, <c>code</c> and <c>solution</c>.
    /// </summary>
    /// <param name="path">The file. A name that ends in <c>.gz</c> is decompressed. The name without endings names the benchmark.</param>
    /// <returns>The texts in order; each is read when it is asked for.</returns>
    /// <exception cref="DataFormatException">A line isn't a JSON object, or has no text.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static IEnumerable<BenchmarkText> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ReadFile(path);
    }

    private static IEnumerable<BenchmarkText> ReadFile(string path)
    {
        string benchmark = Path.GetFileName(path).Split('.')[0];
        foreach (JsonField record in JsonRecords.Read(path))
        {
            string id = IdOf(record) ?? $"line {record.Line}";
            bool hasText = false;
            foreach (string field in TextFields)
            {
                if (record.Optional(field) is { IsText: true } text)
                {
                    hasText = true;
                    yield return new BenchmarkText(benchmark, id, text.Text());
                }
            }

            if (!hasText)
            {
                throw record.LineError($"has none of the fields {string.Join(", ", TextFields)}; it is no benchmark's task.");
            }
        }
    }

    private static string? IdOf(JsonField record)
    {
        foreach (string field in IdFields)
        {
            if (record.Optional(field) is { } id)
            {
                return id.IsText ? id.Text() : id.Element.GetRawText();
            }
        }

        return null;
    }
}
