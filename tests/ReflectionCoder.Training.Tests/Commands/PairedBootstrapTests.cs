using ReflectionCoder.Samples.Ablate.Evidence;

namespace ReflectionCoder.Tests.Commands;

public sealed class PairedBootstrapTests
{
    [Fact]
    public void Difference_OneSeed_IsThatOfTheNormalApproximation()
    {
        // 400 tasks, of which the first run alone solves 80 and the second alone 40.
        double[] tasks =
        [
            .. Enumerable
                .Range(0, 400)
                .Select(i =>
                    i < 80 ? 1.0
                    : i < 120 ? -1.0
                    : 0.0
                ),
        ];
        (double mean, double low, double high) = PairedBootstrap.Difference([tasks]);
        double deviation = Math.Sqrt(tasks.Average(d => (d - mean) * (d - mean)) / tasks.Length);
        Assert.Equal(0.1, mean, 12);
        Assert.Equal(mean - (1.96 * deviation), low, 0.003);
        Assert.Equal(mean + (1.96 * deviation), high, 0.003);
        Assert.Equal((mean, low, high), PairedBootstrap.Difference([tasks]));
    }

    [Fact]
    public void Difference_SeedsThatDisagree_IsWiderThanOfSeedsThatAgree()
    {
        double[] better = [.. Enumerable.Range(0, 100).Select(i => i < 30 ? 1.0 : 0.0)];
        double[] worse = [.. better.Select(d => -d)];
        double[] none = new double[100];
        (double mean, double low, double high) = PairedBootstrap.Difference([better, none, worse]);
        Assert.Equal(0, mean, 12);
        Assert.InRange(low, -0.35, -0.2); // all three draws the worse seed: 1 in 27, more than the tail
        Assert.InRange(high, 0.2, 0.35);
    }

    [Fact]
    public void Difference_SameOnEachTask_HasNoWidth()
    {
        (double mean, double low, double high) = PairedBootstrap.Difference([
            [0.5, 0.5],
            [0.5, 0.5],
        ]);
        Assert.Equal((0.5, 0.5, 0.5), (mean, low, high));
    }
}
