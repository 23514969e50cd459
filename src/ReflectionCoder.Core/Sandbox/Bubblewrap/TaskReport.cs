using System.Text.Json;

namespace ReflectionCoder.Sandbox.Bubblewrap;

/// <summary>What the first process of a task told about its end.</summary>
internal sealed record TaskReport
{
    /// <summary>Why the program wasn't started, or its end can't be told; null if it can.</summary>
    public string? Error { get; init; }

    /// <summary>The program's exit code; null if a signal ended it, or it was stopped at a limit.</summary>
    public int? Exit { get; init; }

    /// <summary>The signal that ended the program, if one did.</summary>
    public int? Signal { get; init; }

    /// <summary>Processor time in seconds.</summary>
    public double Cpu { get; init; }

    /// <summary>The limit that was reached, <c>memory</c> or <c>cpu</c>; null if none was.</summary>
    public string? Limit { get; init; }

    /// <summary>What exit code and output don't say; null if there is nothing.</summary>
    public string? Message { get; init; }

    /// <summary>Reads a report.</summary>
    /// <param name="text">All that came through the status pipe.</param>
    /// <returns>The report; null if there is none, or only a part of one, because the task was killed while it wrote.</returns>
    public static TaskReport? TryParse(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOf((byte)'\n');
        if (end < 0)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(text[..end], TaskJson.Default.TaskReport);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
