using ReflectionCoder.Samples.Ablate.Arms;
using ReflectionCoder.Samples.Ablate.Results;

namespace ReflectionCoder.Samples.Ablate.Evidence;

/// <summary>The rows that may be compared: those of one study, and of each arm those of its newest settings.</summary>
internal sealed class EvidenceTable
{
    public EvidenceTable(IReadOnlyList<ResultRow> rows, string study)
    {
        ResultRow[] comparable =
        [
            .. rows.Where(row => row.Study == study)
                .GroupBy(row => row.Arm, StringComparer.Ordinal)
                .SelectMany(arm => arm.Where(row => row.Fingerprint == arm.Last().Fingerprint)),
        ];
        LeftOut = rows.Count - comparable.Length;
        Failed = [.. comparable.Where(row => row.Measured is null)];
        ArmRows[] measured =
        [
            .. comparable
                .Where(row => row.Measured is not null)
                .GroupBy(row => row.Arm, StringComparer.Ordinal)
                .Select(arm => new ArmRows(arm.Key, [.. arm.OrderBy(row => row.Seed)]))
                .OrderBy(arm => Order(arm.Name)),
        ];
        Bases = [.. measured.Where(arm => arm.Seeds.Count == 0)];
        Arms = [.. measured.Where(arm => arm.Seeds.Count > 0)];
    }

    /// <summary>The models that arms start from, those that are measured; the study's own one first.</summary>
    public IReadOnlyList<ArmRows> Bases { get; }

    /// <summary>The arms that are measured, in the order of the list of arms.</summary>
    public IReadOnlyList<ArmRows> Arms { get; }

    /// <summary>Those that start from the study's base, with its learning rates and steps.</summary>
    public IEnumerable<ArmRows> Usual => Arms.Where(arm => arm.Rows[0].Group is ArmCatalog.Main or ArmCatalog.Screening);

    /// <summary>The study's base, where it is measured, and those arms.</summary>
    public IEnumerable<ArmRows> UsualWithBase => Bases.Where(start => start.Name == StudyRun.BaseName).Concat(Usual);

    /// <summary>All measured rows, those of bases first.</summary>
    public IEnumerable<ResultRow> Rows => Bases.Concat(Arms).SelectMany(arm => arm.Rows);

    /// <summary>The arms of a group.</summary>
    public IEnumerable<ArmRows> OfGroup(string group) => Arms.Where(arm => arm.Rows[0].Group == group);

    /// <summary>Rows whose training ended early.</summary>
    public IReadOnlyList<ResultRow> Failed { get; }

    /// <summary>How many rows of the file are of other settings.</summary>
    public int LeftOut { get; }

    /// <summary>The rows of an arm or a base; null where none is measured.</summary>
    public ArmRows? Find(string name) => Arms.Concat(Bases).FirstOrDefault(one => one.Name == name);

    /// <summary>pass@1 of an arm less that of the model that it started from; null where that isn't measured.</summary>
    public Interval? GainOf(ArmRows arm) => Compare(TaskChoice.All, [arm.Name], [BaseOf(arm.Name)]);

    /// <summary>
    /// The summed pass@1 of some arms less that of as many others, task by task and seed by seed; null where one isn't measured, or they
    /// share no task or no seed.
    /// </summary>
    public Interval? Compare(TaskChoice tasks, IReadOnlyList<string> arms, IReadOnlyList<string> others)
    {
        ArmRows?[] found = [.. arms.Concat(others).Select(Find)];
        if (found.Contains(null) || arms.SequenceEqual(others))
        {
            return null;
        }

        ArmRows[] all = [.. found.OfType<ArmRows>()];
        ArmRows[] seeded = [.. all.Where(arm => arm.Seeds.Count > 0)];
        long[] seeds = [.. seeded.SelectMany(arm => arm.Seeds).Distinct().Where(seed => seeded.All(arm => arm.Seeds.Contains(seed)))];
        IReadOnlyDictionary<string, bool>[][] passed =
        [
            .. seeds.Select(seed => all.Select(arm => tasks.Passed(arm.RowOf(seed).Measured!)).ToArray()),
        ];
        string[] ids =
        [
            .. passed
                .Take(1)
                .SelectMany(seed => seed[0].Keys)
                .Where(id => passed.All(seed => seed.All(row => row.ContainsKey(id))))
                .Order(StringComparer.Ordinal),
        ];
        if (ids.Length == 0)
        {
            return null;
        }

        (double mean, double low, double high) = PairedBootstrap.Difference([
            .. passed.Select(seed => ids.Select(id => seed.Select((row, i) => Signed(row[id], i < arms.Count)).Sum()).ToArray()),
        ]);
        return new Interval(mean, low, high);
    }

    /// <summary>
    /// An arm's nats a token of the held-out final code, given the last request alone, less another's, over the seeds of both; null where
    /// these are too few.
    /// </summary>
    public SeedInterval? CompareNll(string arm, string other)
    {
        if (arm == other || Find(arm) is not { } first || Find(other) is not { } second)
        {
            return null;
        }

        double[] differences =
        [
            .. first
                .Seeds.Intersect(second.Seeds)
                .Select(seed => first.RowOf(seed).Measured!.Nll - second.RowOf(seed).Measured!.Nll)
                .OfType<double>(),
        ];
        return differences.Length >= SeedInterval.FewestSeeds ? SeedInterval.Of(differences) : null;
    }

    /// <summary>The model that an arm starts from.</summary>
    public static string BaseOf(string arm) => ArmCatalog.All.FirstOrDefault(one => one.Name == arm)?.Base ?? StudyRun.BaseName;

    private static double Signed(bool isSolved, bool isAdded) =>
        !isSolved ? 0
        : isAdded ? 1
        : -1;

    /// <summary>An arm that is no longer in the list comes last.</summary>
    private static int Order(string arm) =>
        arm == StudyRun.BaseName ? -1
        : ArmCatalog.All.Select(one => one.Name).ToList().IndexOf(arm) is >= 0 and var place ? place
        : int.MaxValue;
}
