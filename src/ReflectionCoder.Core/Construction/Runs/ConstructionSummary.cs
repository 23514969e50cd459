using System.Text.Json.Serialization;
using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Curation;

namespace ReflectionCoder.Construction.Runs;

/// <summary>What a run made, as it stands in <c>manifest.json</c>.</summary>
public sealed record ConstructionSummary
{
    /// <summary>Whether the input was worked on to its end. If not, the counts are those of the tasks that were finished.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Tasks that were finished, rejected ones among them.</summary>
    public required int Tasks { get; init; }

    /// <summary>Tasks with at least one sequence.</summary>
    public required int TasksKept { get; init; }

    /// <summary>Tasks that were worked on, and have fewer sequences than wanted.</summary>
    public required int TasksShort { get; init; }

    /// <summary>Tasks to train on that were worked on.</summary>
    public required int TrainTasks { get; init; }

    /// <summary>Tasks for evaluation that were worked on.</summary>
    public required int HeldOutTasks { get; init; }

    /// <summary>Sequences of tasks to train on.</summary>
    public required int TrainSequences { get; init; }

    /// <summary>Sequences of tasks for evaluation.</summary>
    public required int HeldOutSequences { get; init; }

    /// <summary>Plain samples written to <c>generation.train.jsonl</c>.</summary>
    public required int GenerationSamples { get; init; }

    /// <summary>Lines of <c>rejects.jsonl</c> by reason.</summary>
    public required IReadOnlyDictionary<string, int> Rejects { get; init; }

    /// <summary>Attempts that authors didn't use, by their reasons.</summary>
    public required IReadOnlyDictionary<string, int> UnusedAttempts { get; init; }

    /// <summary>What the author's model has used; null if not known.</summary>
    public required AuthorUsage? Usage { get; init; }

    /// <summary>Cost for each sequence, in the currency of the prices; null if not known.</summary>
    public required decimal? CostPerSequence { get; init; }

    /// <summary>What the sequences of both splits are made of. In the manifest it is the object
    /// <c>sequences</c>. The default value counts nothing.</summary>
    [JsonIgnore]
    public SequenceStatistics Statistics { get; init; } = new();
}
