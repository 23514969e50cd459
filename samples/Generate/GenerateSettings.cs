using ReflectionCoder.Generation;

namespace ReflectionCoder.Samples.Generate;

/// <summary>What the command line asked for.</summary>
internal sealed record GenerateSettings
{
    public required string ModelDirectory { get; init; }

    /// <summary>Null for the model alone.</summary>
    public string? AdapterDirectory { get; init; }

    /// <summary>One instruction; null where <see cref="TasksFile"/> is given.</summary>
    public string? Prompt { get; init; }

    public string? TasksFile { get; init; }

    /// <summary>The tasks' split; null for all.</summary>
    public string? Split { get; init; }

    public int? Limit { get; init; }

    /// <summary>Null for standard output.</summary>
    public string? OutputFile { get; init; }

    public required string AnswerPrefix { get; init; }

    public required GenerationOptions Generation { get; init; }

    public required string Device { get; init; }

    /// <summary>Null for the dtype that the weights are stored in.</summary>
    public string? Dtype { get; init; }

    public required int Threads { get; init; }
}
