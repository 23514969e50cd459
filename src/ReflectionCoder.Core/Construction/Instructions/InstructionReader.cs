using System.Runtime.CompilerServices;
using ReflectionCoder.Files;

namespace ReflectionCoder.Construction.Instructions;

/// <summary>
/// Reads the instructions of public data sets as programming tasks, from JSONL in UTF-8: Alpaca's, OSS-Instruct's, MBPP's, ShareGPT's or
/// OpenAI's form, this library's own, and others by the names of their fields (<see cref="InstructionFields"/>). Tests, solutions and ids
/// may be missing. Blank lines are skipped. A file with a name that ends in <c>.gz</c> is decompressed. Thread-safe.
/// </summary>
public static class InstructionReader
{
    /// <summary>Reads a file, line by line as tasks are asked for: it may be larger than the memory.</summary>
    /// <param name="path">A JSONL file.</param>
    /// <param name="fields">Which fields hold what; null to find them.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>
    /// A task for each line that isn't blank, in the order of the file. Ids are those of the file, and are not checked: two tasks may have
    /// the same.
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
        await foreach (TextLine line in LineReader.ReadAsync(path, cancellationToken).ConfigureAwait(false))
        {
            if (!line.IsBlank)
            {
                yield return Parse(parser, line, fields);
            }
        }
    }

    private static ProgrammingTask Parse(InstructionParser parser, TextLine line, InstructionFields fields)
    {
        try
        {
            return parser.Parse(line.ParseObject());
        }
        catch (DataFormatException exception) when (fields.KeepMalformed)
        {
            return new ProgrammingTask
            {
                TaskId = $"{Path.GetFileName(line.Path)}:{line.Number}",
                Instruction = string.Empty,
                Language = fields.DefaultLanguage,
                Problem = exception.Message,
            };
        }
    }
}
