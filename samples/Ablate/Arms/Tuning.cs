namespace ReflectionCoder.Samples.Ablate.Arms;

/// <summary>What a tuned arm has in place of the study's learning rate and steps.</summary>
/// <param name="Of">The arm that it is but for that.</param>
/// <param name="Rate">Times the study's learning rate.</param>
/// <param name="Length">Times the study's steps.</param>
internal sealed record Tuning(string Of, double Rate, int Length)
{
    /// <summary>The arms that are tuned alike, so that none is ahead because the study's rate suits it.</summary>
    public static IReadOnlyList<string> Tuned { get; } = [ArmCatalog.FinalCode, ArmCatalog.Reference, ArmCatalog.Full];

    private static readonly double[] Rates = [0.5, 1, 2];
    private static readonly int[] Lengths = [1, 2];

    /// <summary>The settings of an arm beside its own, which is the arm itself.</summary>
    public static IEnumerable<Tuning> SettingsOf(string arm) =>
        from length in Lengths
        from rate in Rates
        where length != 1 || rate != 1
        select new Tuning(arm, rate, length);
}
