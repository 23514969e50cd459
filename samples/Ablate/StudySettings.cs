using ReflectionCoder.Samples.Ablate.Arms;
using ReflectionCoder.Samples.Ablate.Evidence;

namespace ReflectionCoder.Samples.Ablate;

/// <summary>What the command line asks for.</summary>
internal sealed record StudySettings
{
    /// <summary>The base's folder; empty where only the report is written.</summary>
    public required string BaseDirectory { get; init; }

    /// <summary>Folders of further bases by name, for the arms that start from them.</summary>
    public required IReadOnlyDictionary<string, string> Bases { get; init; }

    /// <summary>The data's folder; empty where only the report is written.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Files of tasks that every model answers too, by the name that the report calls them.</summary>
    public required IReadOnlyDictionary<string, string> OtherTasks { get; init; }

    public required string Output { get; init; }

    /// <summary>Write the report of the rows that are there, and stop.</summary>
    public required bool ReportOnly { get; init; }

    public required IReadOnlyList<Arm> Arms { get; init; }

    public required IReadOnlyList<long> Seeds { get; init; }

    /// <summary>Optimizer steps of each arm.</summary>
    public required long Steps { get; init; }

    /// <summary>Samples, or answers, of an optimizer step.</summary>
    public required int BatchSize { get; init; }

    public required double LearningRate { get; init; }

    /// <summary>Learning rate of on-policy arms, which must not walk away from what wrote the answers.</summary>
    public required double OnPolicyLearningRate { get; init; }

    /// <summary>How many of the held-out tasks are answered; null for all.</summary>
    public required int? Tasks { get; init; }

    /// <summary>How many of the held-out samples the likelihoods are measured on; null for all.</summary>
    public required int? Samples { get; init; }

    /// <summary>Most tokens of an answer, in training and in measuring.</summary>
    public required int MaxNewTokens { get; init; }

    public required long SaveSteps { get; init; }

    public required string Device { get; init; }

    public required int Threads { get; init; }

    public required bool Unisolated { get; init; }

    /// <summary>What the tasks are about, and so what judges answers.</summary>
    public required Domain Domain { get; init; }

    /// <summary>What paid authors took.</summary>
    public required IReadOnlyList<AuthorPrice> AuthorPrices { get; init; }

    /// <summary>The folder of the model that an arm starts from.</summary>
    public string BaseOf(Arm arm) => arm.Base is { } name ? Bases[name] : BaseDirectory;

    public string ResultsPath => Path.Combine(Output, "results.jsonl");
}
