using ReflectionCoder.Samples.Ablate.Results;

namespace ReflectionCoder.Samples.Ablate.Evidence;

/// <summary>The measured rows of an arm, by seed; at least one. A base has one, without a seed.</summary>
internal sealed record ArmRows(string Name, IReadOnlyList<ResultRow> Rows)
{
    public IReadOnlyList<long> Seeds => [.. Rows.Select(row => row.Seed).OfType<long>()];

    public string SeedsText => Seeds.Count == 0 ? Markdown.Missing : string.Join(", ", Seeds);

    public double PassAt1 => Rows.Average(row => row.Measured!.PassAt1);

    /// <summary>The mean over the rows that have the number; NaN where none has.</summary>
    public double Mean(Func<ResultRow, double?> number) => Rows.Select(number).OfType<double>().DefaultIfEmpty(double.NaN).Average();

    /// <summary>The row of a seed; a base's is the same for each.</summary>
    public ResultRow RowOf(long seed) => Rows.First(row => row.Seed is null || row.Seed == seed);
}
