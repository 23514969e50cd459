using ReflectionCoder.Construction;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples;

/// <summary>What was made of a task file.</summary>
internal sealed record DataSet
{
    public required BuildManifest Manifest { get; init; }

    public required IReadOnlyList<Conversation> Train { get; init; }

    public required IReadOnlyList<Conversation> HeldOut { get; init; }

    public required IReadOnlyList<Conversation> Generation { get; init; }

    /// <summary>Attempts not used, by reason.</summary>
    public required IReadOnlyDictionary<string, int> Rejections { get; init; }

    /// <summary>Sequences that were made but repeated another one of their task.</summary>
    public required int Repeats { get; init; }

    /// <summary>Tasks that have fewer sequences than asked for.</summary>
    public required IReadOnlyList<string> ShortOfSequences { get; init; }
}

/// <summary>How the files were made, for those who read or rebuild them; written as <c>manifest.json</c>.</summary>
internal sealed record BuildManifest
{
    public required long Seed { get; init; }

    public required int PerTask { get; init; }

    public required int HeldOutPerTask { get; init; }

    /// <summary>Version of the Python that ran the programs: tracebacks differ between versions.</summary>
    public required string Python { get; init; }

    public required int TrainTasks { get; init; }

    public required int HeldOutTasks { get; init; }

    public required int TrainSequences { get; init; }

    public required int HeldOutSequences { get; init; }

    public required int GenerationSamples { get; init; }

    /// <summary>Sequences by their number of attempts, both splits.</summary>
    public required IReadOnlyDictionary<int, int> Attempts { get; init; }

    /// <summary>Mistakes by kind (the mutation author's operators), both splits.</summary>
    public required IReadOnlyDictionary<string, int> Operators { get; init; }
}

/// <summary>The sequences of one task.</summary>
internal sealed record TaskSequences(
    ProgrammingTask Task,
    IReadOnlyList<ReflectionDraft> Drafts,
    IReadOnlyDictionary<string, int> Rejections,
    int Repeats
)
{
    public bool IsHeldOut => Task.Split == "held_out";

    public IEnumerable<string> Mistakes => Drafts.SelectMany(draft => draft.Mistakes);
}
