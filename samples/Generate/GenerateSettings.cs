using ReflectionCoder.Generation;

namespace ReflectionCoder.Samples.Generate;

/// <summary>What the command line asked for.</summary>
internal sealed record GenerateSettings
{
    public required string ModelDirectory { get; init; }

    /// <summary>Null for the model alone.</summary>
    public string? AdapterDirectory { get; init; }

    /// <summary>One instruction; null where a file is given.</summary>
    public string? Prompt { get; init; }

    /// <summary>Instructions, one a line; - for standard input.</summary>
    public string? PromptsFile { get; init; }

    /// <summary>Samples whose last assistant message is to be written, with those before it in view.</summary>
    public string? ConversationsFile { get; init; }

    public string? TasksFile { get; init; }

    /// <summary>The tasks' split; null for all.</summary>
    public string? Split { get; init; }

    public int? Limit { get; init; }

    /// <summary>Null for standard output.</summary>
    public string? OutputFile { get; init; }

    public required string AnswerPrefix { get; init; }

    /// <summary>Answers to each instruction.</summary>
    public required int Sequences { get; init; }

    /// <summary>Whether the answer to <see cref="Prompt"/> appears as it is written.</summary>
    public required bool Stream { get; init; }

    public required GenerationOptions Generation { get; init; }

    public required string Device { get; init; }

    /// <summary>Null for the dtype that the weights are stored in.</summary>
    public string? Dtype { get; init; }

    public required int Threads { get; init; }
}
