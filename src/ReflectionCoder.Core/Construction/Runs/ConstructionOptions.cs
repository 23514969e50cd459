using ReflectionCoder.Configuration;
using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Curation;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction.Runs;

/// <summary>
/// Options of a <see cref="ConstructionPipeline"/>. None of them changes what an author is asked, so that a run may go on with other ones
/// from the same journal.
/// </summary>
public sealed record ConstructionOptions : IValidatedOptions
{
    /// <summary>Sequences that the author works on at once; at least 1. It changes nothing in the files. The default value is 8.</summary>
    public int MaxConcurrency { get; set; } = 8;

    /// <summary>Sequences wanted of each task; at least 1. The default value is 1.</summary>
    public int SequencesPerTask { get; set; } = 1;

    /// <summary>Sequences wanted of each task whose split is <c>held_out</c>; at least 1. The default value is 1.</summary>
    public int SequencesPerHeldOutTask { get; set; } = 1;

    /// <summary>
    /// Variants tried at most for each wanted sequence; at least 1. More of them fill the place of those that are rejected. The default
    /// value is 2.
    /// </summary>
    public int VariantsPerSequence { get; set; } = 2;

    /// <summary>
    /// Whether a sequence of a task should bring a kind of mistake that the task's others have not. If so, the first half of the variants
    /// is used for that; what repeats a kind is used only if sequences are still missing then. The default value is true.
    /// </summary>
    public bool PreferNewMistakes { get; set; } = true;

    /// <summary>
    /// Keeps benchmarks out: a task is rejected before it is worked on, a sequence when it is written. The default value is null: nothing
    /// is checked.
    /// </summary>
    public Decontaminator? Decontaminator { get; set; }

    /// <summary>
    /// When a task, by its instruction and solution, repeats an earlier one, which rejects it before it is worked on. Null for no check.
    /// The default value is that of <see cref="DuplicateFinderOptions"/>.
    /// </summary>
    public DuplicateFinderOptions? TaskDuplicates { get; set; } = new();

    /// <summary>
    /// When a sequence's final code repeats that of another task, which rejects the sequence. Null for no check. The default value asks for
    /// a similarity of 0.9: short programs for different tasks are alike.
    /// </summary>
    public DuplicateFinderOptions? CodeDuplicates { get; set; } = new() { Threshold = 0.9 };

    /// <summary>
    /// Readers of languages for <see cref="SampleMetadata.TokenDivergence"/> and <see cref="SampleMetadata.SyntaxDivergence"/>. Languages
    /// without one are read by the rules that most languages share, and have no syntax divergence. The default value is Python's.
    /// </summary>
    public IReadOnlyList<CodeReader> CodeReaders { get; set; } = [CodeReader.Python];

    /// <summary>
    /// The largest token divergence between the last attempt and the final code; from 0 to 1. A sequence that differs more is rejected. The
    /// default value is null: any.
    /// </summary>
    public double? MaxDivergence { get; set; }

    /// <summary>
    /// How much a token divergence d lowers the weight of a sample: the weight is 1 - <see cref="DivergencePenalty"/> · d; from 0 to 1. The
    /// default value is 0: each sample has weight 1.
    /// </summary>
    public double DivergencePenalty { get; set; }

    /// <summary>
    /// Gives the weight of a sample (<see cref="Conversation.Weight"/>): 0 or more, and finite. The default value is null:
    /// <see cref="DivergencePenalty"/> decides.
    /// </summary>
    public Func<SampleMetadata, double>? Weigh { get; set; }

    /// <summary>
    /// Writes the plain sample of a train task for <c>generation.train.jsonl</c>; null for none. It is called in the order of the input,
    /// for every task that the checks let pass; the file gets the samples of those that brought a sequence. The default value is null:
    /// there is no such file.
    /// </summary>
    public Func<ProgrammingTask, Conversation?>? WriteGeneration { get; set; }

    /// <summary>
    /// Whether sequences go to <c>reflection.train.jsonl</c> and <c>reflection.held_out.jsonl</c>, by the tasks' split, instead of
    /// <c>reflection.jsonl</c>. The default value is false.
    /// </summary>
    public bool SplitFiles { get; set; }

    /// <summary>How many tasks will come, at least 0; gives progress a time left. The default value is null: not known.</summary>
    public int? ExpectedTasks { get; set; }

    /// <summary>What the author's model has used so far (see the client of Calls). The default value is null: no model.</summary>
    public Func<AuthorUsage>? Usage { get; set; }

    /// <summary>
    /// The sandbox that the author uses. If it is given, the journal and the manifest say the version of each interpreter and compiler that
    /// made sequences (<c>toolchains</c>): with equal ones, the same author and input come to the same files. It runs a short program for
    /// each language before the author's first sequence in it. The default value is null: no versions are known.
    /// </summary>
    /// <remarks>
    /// A journal may hold sequences of several versions. Such a run is not refused, because each sequence shows what a program really
    /// printed, and answers that were paid for depend on no version; but the files can't be made again with one version, and the log and
    /// the manifest say so.
    /// </remarks>
    public ICodeSandbox? Sandbox { get; set; }

    /// <summary>
    /// What the manifest says first, such as a seed: names in snake case, and strings, numbers or truth values. The default value is an
    /// empty dictionary.
    /// </summary>
    public IReadOnlyDictionary<string, object> Notes { get; set; } = new Dictionary<string, object>();

    /// <summary>Finds the options that are out of range. The constructor of <see cref="ConstructionPipeline"/> calls this first.</summary>
    /// <returns>All mistakes; empty if there are none.</returns>
    public IReadOnlyList<OptionError> FindErrors()
    {
        OptionErrors errors = new OptionErrors()
            .Require(MaxConcurrency >= 1, MaxConcurrency, "at least 1")
            .Require(SequencesPerTask >= 1, SequencesPerTask, "at least 1")
            .Require(SequencesPerHeldOutTask >= 1, SequencesPerHeldOutTask, "at least 1")
            .Require(VariantsPerSequence >= 1, VariantsPerSequence, "at least 1")
            .Require(CodeReaders is not null && CodeReaders.All(one => one is not null), CodeReaders, "a list without null")
            .Require(MaxDivergence is null or (>= 0 and <= 1), MaxDivergence, "from 0 to 1, or null")
            .Require(DivergencePenalty is >= 0 and <= 1, DivergencePenalty, "from 0 to 1")
            .Require(ExpectedTasks is null or >= 0, ExpectedTasks, "at least 0, or null")
            .Require(Notes is not null, Notes, "a dictionary");
        if (TaskDuplicates is not null)
        {
            errors.RequireValid(TaskDuplicates);
        }

        if (CodeDuplicates is not null)
        {
            errors.RequireValid(CodeDuplicates);
        }

        return errors.Found;
    }

    internal int WantedOf(bool isHeldOut) => isHeldOut ? SequencesPerHeldOutTask : SequencesPerTask;
}
