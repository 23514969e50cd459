namespace ReflectionCoder.Samples.Ablate;

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
        Base = comparable.FirstOrDefault(row => row.Seed is null && row.Measured is not null);
        Failed = [.. comparable.Where(row => row.Measured is null)];
        Arms =
        [
            .. comparable
                .Where(row => row.Seed is not null && row.Measured is not null)
                .GroupBy(row => row.Arm, StringComparer.Ordinal)
                .Select(arm => new ArmRows(arm.Key, [.. arm.OrderBy(row => row.Seed)]))
                .OrderBy(arm => Order(arm.Name)),
        ];
    }

    /// <summary>The base's row; null where it isn't measured yet.</summary>
    public ResultRow? Base { get; }

    /// <summary>The arms that are measured, in the order of the list of arms.</summary>
    public IReadOnlyList<ArmRows> Arms { get; }

    /// <summary>Rows whose training ended early.</summary>
    public IReadOnlyList<ResultRow> Failed { get; }

    /// <summary>How many rows of the file are of other settings.</summary>
    public int LeftOut { get; }

    public ArmRows? Find(string arm) => Arms.FirstOrDefault(one => one.Name == arm);

    /// <summary>An arm that is no longer in the list comes last.</summary>
    private static uint Order(string arm) => (uint)Ablate.Arms.All.ToList().FindIndex(one => one.Name == arm);
}

/// <summary>The rows of an arm, by seed; at least one.</summary>
internal sealed record ArmRows(string Name, IReadOnlyList<ResultRow> Rows)
{
    public double Mean(Func<ResultRow, double?> number) => Rows.Select(number).OfType<double>().DefaultIfEmpty(double.NaN).Average();

    /// <summary>pass@1 less the base's; null where they share no task.</summary>
    public (double Mean, double Low, double High)? Less(ResultRow? other) =>
        other is null ? null : Difference(Rows.Select(row => (row, other)));

    /// <summary>pass@1 less another arm's, seed by seed; null where they share no seed.</summary>
    public (double Mean, double Low, double High)? Less(ArmRows? other) =>
        other is null || other.Name == Name
            ? null
            : Difference(Rows.Join(other.Rows, row => row.Seed, row => row.Seed, (row, reference) => (row, reference)));

    private static (double Mean, double Low, double High)? Difference(IEnumerable<(ResultRow Row, ResultRow Other)> pairs)
    {
        (ResultRow Row, ResultRow Other)[] all = [.. pairs];
        string[] tasks =
        [
            .. all.SelectMany(pair => pair.Row.Measured!.Passed.Keys)
                .Distinct(StringComparer.Ordinal)
                .Where(task => all.All(pair => IsIn(pair.Row, task) && IsIn(pair.Other, task)))
                .Order(StringComparer.Ordinal),
        ];
        return all.Length == 0 || tasks.Length == 0
            ? null
            : PairedBootstrap.Difference([
                .. all.Select(pair => tasks.Select(task => Solved(pair.Row, task) - Solved(pair.Other, task)).ToArray()),
            ]);
    }

    private static bool IsIn(ResultRow row, string task) => row.Measured!.Passed.ContainsKey(task);

    private static double Solved(ResultRow row, string task) => row.Measured!.Passed[task] ? 1 : 0;
}
