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

    /// <summary>Counts the tasks, for the time that is left.</summary>
    public static async Task<int> CountAsync(IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        int count = 0;
        await foreach (ProgrammingTask _ in ReadAsync(files, cancellationToken))
        {
            count++;
        }

        return count;
    }
}
