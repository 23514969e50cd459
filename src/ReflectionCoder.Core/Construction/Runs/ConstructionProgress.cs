using ReflectionCoder.Construction.Calls;

namespace ReflectionCoder.Construction.Runs;

/// <summary>How far a run of a <see cref="ConstructionPipeline"/> is.</summary>
public sealed record ConstructionProgress
{
    /// <summary>Tasks read from the input.</summary>
    public required int TasksRead { get; init; }

    /// <summary>Tasks whose work is over, rejected ones among them.</summary>
    public required int TasksDone { get; init; }

    /// <summary>How many tasks will come; null if not known.</summary>
    public int? ExpectedTasks { get; init; }

    /// <summary>Sequences chosen so far. The checks across tasks, when the files are written, may still reject some.</summary>
    public required int Kept { get; init; }

    /// <summary>Tasks and variants rejected so far.</summary>
    public required int Rejected { get; init; }

    /// <summary>Sequences that the author works on now.</summary>
    public required int InFlight { get; init; }

    /// <summary>Sequences that an earlier run had finished, and that were taken from the journal.</summary>
    public required int FromJournal { get; init; }

    /// <summary>Time since the run began.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Sequences that the author finished in each second of the run, those from the journal not counted.</summary>
    public required double SequencesPerSecond { get; init; }

    /// <summary>An estimate of the time that is left; null if <see cref="ExpectedTasks"/> is, or nothing is finished yet.</summary>
    public TimeSpan? TimeLeft { get; init; }

    /// <summary>What the author's model has used so far; null if the options don't say how to ask.</summary>
    public AuthorUsage? Usage { get; init; }

    /// <summary>An estimate of what the whole run will cost, in the currency of the prices; null if unknown.</summary>
    public decimal? ProjectedCost { get; init; }

    /// <summary>Cost so far for each sequence chosen so far; null if unknown.</summary>
    public decimal? CostPerSequence { get; init; }
}
