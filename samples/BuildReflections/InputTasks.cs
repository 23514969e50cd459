using System.Runtime.CompilerServices;
using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Instructions;

namespace ReflectionCoder.Samples;

/// <summary>Reads the files of <c>--tasks</c> one after the other. A line that can't be read is rejected, not lost.</summary>
internal static class InputTasks
{
    private static readonly InstructionFields Fields = new() { KeepMalformed = true };

    public static async IAsyncEnumerable<ProgrammingTask> ReadAsync(
        IReadOnlyList<string> files,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        foreach (string file in files)
        {
            await foreach (ProgrammingTask task in InstructionReader.ReadAsync(file, Fields, cancellationToken))
            {
                yield return task;
            }
        }
    }

    /// <summary>Counts the tasks, for the time that is left. A file without any is named on standard error.</summary>
    /// <exception cref="InvalidDataException">No file holds a task.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    public static async Task<int> CountAsync(IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        int count = 0;
        List<string> empty = [];
        foreach (string file in files)
        {
            RefuseUnreadable(file);
            int before = count;
            await foreach (ProgrammingTask _ in ReadAsync([file], cancellationToken))
            {
                count++;
            }

            if (count == before)
            {
                empty.Add(file);
            }
        }

        string problem = string.Join(", ", empty) + (empty.Count == 1 ? " holds" : " hold") + " no instructions";
        if (count == 0)
        {
            throw new InvalidDataException(problem);
        }

        if (empty.Count > 0)
        {
            await Console.Error.WriteLineAsync($"warning: {problem}");
        }

        return count;
    }

    private static void RefuseUnreadable(string file)
    {
        if (Directory.Exists(file))
        {
            throw new IOException($"{file} is a directory");
        }

        using FileStream stream = File.OpenRead(file);
        if (!stream.CanSeek)
        {
            throw new IOException($"{file} is a pipe, but is read twice: once to count the tasks; give a file");
        }
    }
}
