namespace ReflectionCoder.Samples.Ablate.Results;

/// <summary>A line of results.jsonl: what came of one arm and seed.</summary>
internal sealed record ResultRow
{
    /// <summary>The arm's name; <c>base</c> for the model that all start from.</summary>
    public required string Arm { get; init; }

    public required string Group { get; init; }

    /// <summary>The seed; null for the base.</summary>
    public required long? Seed { get; init; }

    /// <summary>Hash of the settings that all rows share which may be compared.</summary>
    public required string Study { get; init; }

    /// <summary>Hash of <see cref="Settings"/>. A row with arm, seed and fingerprint isn't made again.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Commit of the program, with <c>-dirty</c> where a tracked file differs; null where there is no git folder.</summary>
    public required string? Commit { get; init; }

    public required Machine Machine { get; init; }

    /// <summary>When the row was written, UTC, ISO 8601.</summary>
    public required string FinishedAt { get; init; }

    /// <summary>Everything that decides the result beside seed and machine.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>What was found out before training; null where there was nothing to find out.</summary>
    public Preparation? Prepared { get; init; }

    /// <summary>What training took; null for the base, and where training failed.</summary>
    public required TrainingCost? Training { get; init; }

    /// <summary>What was measured; null where training failed.</summary>
    public required Measurement? Measured { get; init; }

    /// <summary>Why training ended early, such as a loss that isn't finite; null where it didn't.</summary>
    public string? Failure { get; init; }
}

/// <summary>What was found out before an arm's training.</summary>
internal sealed record Preparation
{
    /// <summary>
    /// Block types with the divergence of the base's student that doesn't see them, in nats, in the order in which they are hidden; null
    /// where the arm's order isn't measured.
    /// </summary>
    public IReadOnlyDictionary<string, double>? BlockImportance { get; init; }

    /// <summary>Reflections that an author wrote; null where all of the data's are taken.</summary>
    public int? Sequences { get; init; }

    /// <summary>Time that the author took for one that was accepted, without the first round's training; null where not known.</summary>
    public double? SecondsPerSequence { get; init; }
}

/// <summary>What training took.</summary>
/// <param name="Steps">Optimizer steps.</param>
/// <param name="Parameters">The model's parameters, embeddings included.</param>
/// <param name="SampleTokens">Tokens of the samples, each counted once; on-policy, of the teacher's rows.</param>
/// <param name="PackedTokens">Tokens that passed the model in training, those of teacher and student rows.</param>
/// <param name="AnswerTokens">Tokens that the model wrote to learn from; 0 for arms that aren't on-policy.</param>
/// <param name="FloatingPointOperations">
/// An estimate: 6 · parameters · packed tokens; on-policy 2 · parameters for a token of the teacher, through which no gradient passes, and
/// for one written.
/// </param>
/// <param name="Seconds">Training time, all sessions.</param>
internal sealed record TrainingCost(
    long Steps,
    long Parameters,
    long SampleTokens,
    long PackedTokens,
    long AnswerTokens,
    double FloatingPointOperations,
    double Seconds
);

/// <summary>What a model does with held-out tasks and samples.</summary>
/// <param name="PassAt1">Share of the tasks that the one answer, greedy and in one go, solves; from 0 to 1.</param>
/// <param name="Kinds">The same by kind of task (<see cref="Measuring.TaskKinds"/>).</param>
/// <param name="Nll">Negative log-likelihood of a final code's token, given the last request alone, in nats; null if there is none.</param>
/// <param name="NllPerSample">The same, the sum over a final code.</param>
/// <param name="TeacherNll">As <paramref name="Nll"/>, with the whole reflection in view.</param>
/// <param name="Samples">Samples that likelihoods were measured on.</param>
/// <param name="Unanswered">Tasks whose prompt left no room for an answer; they count as not solved.</param>
/// <param name="Seconds">Time that measuring took.</param>
/// <param name="Passed">Whether each task was solved, by id.</param>
internal sealed record Measurement(
    double PassAt1,
    IReadOnlyDictionary<string, KindScore> Kinds,
    double? Nll,
    double? NllPerSample,
    double? TeacherNll,
    int Samples,
    int Unanswered,
    double Seconds,
    IReadOnlyDictionary<string, bool> Passed
)
{
    /// <summary>Operations of the longest training task, from which a task's kind follows; null in older rows.</summary>
    public int? LongestTraining { get; init; }

    /// <summary>What was measured of other tasks, by their names; null where there are none.</summary>
    public IReadOnlyDictionary<string, OtherMeasurement>? Others { get; init; }

    /// <summary>What was measured of the other tasks of a name; null where nothing was.</summary>
    public OtherMeasurement? FindOther(string name) => Others?.GetValueOrDefault(name);
}

/// <summary>What a model does with other tasks.</summary>
/// <param name="Nll">Negative log-likelihood of a solution's token, given the instruction, in nats; null without solutions.</param>
/// <param name="Passed">Whether each task was solved by one greedy answer, by id.</param>
internal sealed record OtherMeasurement(double? Nll, IReadOnlyDictionary<string, bool> Passed);

/// <summary>Tasks of a kind.</summary>
/// <param name="Tasks">How many there are.</param>
/// <param name="Solved">How many were solved.</param>
internal sealed record KindScore(int Tasks, int Solved);
