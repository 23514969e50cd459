using System.Runtime.CompilerServices;
using ReflectionCoder.Files;

namespace ReflectionCoder.Construction.Instructions;

/// <summary>
/// Reads the instructions of public data sets as programming tasks, from JSONL in UTF-8 or one JSON array: Alpaca's, OSS-Instruct's,
/// MBPP's, ShareGPT's or OpenAI's form, this library's own, and others by the names of their fields (<see cref="InstructionFields"/>).
/// Tests, solutions and ids may be missing. Blank lines are skipped. A file with a name that ends in <c>.gz</c> is decompressed.
/// Thread-safe.
/// </summary>
public static class InstructionReader
{
    /// <summary>
    /// Reads a file, line by line as tasks are asked for: JSONL may be larger than the memory. An array is read whole.
    /// </summary>
    /// <param name="path">A JSONL file, or a file that is one JSON array of objects, such as Alpaca's.</param>
    /// <param name="fields">Which fields hold what; null to find them.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>
    /// A task for each line that isn't blank, or for each element of the array, in the order of the file. Ids are those of the file, and
    /// are not checked: two tasks may have the same.
    /// </returns>
    /// <exception cref="DataFormatException">
    /// A line has no instruction or isn't JSON, unless <see cref="InstructionFields.KeepMalformed"/> is set; or the file isn't gzip.
    /// </exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static IAsyncEnumerable<ProgrammingTask> ReadAsync(
        string path,
        InstructionFields? fields = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ReadFileAsync(path, fields ?? new InstructionFields(), cancellationToken);
    }

    private static async IAsyncEnumerable<ProgrammingTask> ReadFileAsync(
        string path,
        InstructionFields fields,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        InstructionParser parser = new(fields);
        await foreach (Func<JsonField> read in JsonRecords.ReadEachAsync(path, cancellationToken).ConfigureAwait(false))
        {
            yield return Parse(parser, read, path, fields);
        }
    }

    private static ProgrammingTask Parse(InstructionParser parser, Func<JsonField> read, string path, InstructionFields fields)
    {
        try
        {
            return parser.Parse(JsonRecords.ObjectOf(read));
        }
        catch (DataFormatException exception) when (fields.KeepMalformed)
        {
            return new ProgrammingTask
            {
                TaskId = $"{Path.GetFileName(path)}:{exception.Line}",
                Instruction = string.Empty,
                Language = fields.DefaultLanguage,
                Problem = exception.Message,
            };
        }
    }
}
