using ReflectionCoder.Samples.Ablate.Training;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tests.FineTuning;

namespace ReflectionCoder.Tests.Commands;

public sealed class DivergenceChoiceTests
{
    private static readonly Conversation[] Samples = [.. Enumerable.Range(0, 5).Select(TinyRun.Reflection)];

    // Sample 3 was too long to be measured.
    private static readonly Dictionary<int, double> Divergences = new()
    {
        [0] = 0.4,
        [1] = 0.1,
        [2] = 0.9,
        [4] = 0.2,
    };

    [Theory]
    [InlineData(true, 0, 2)]
    [InlineData(false, 1, 4)]
    public void Half_IsThereTwice(bool most, int first, int second) =>
        Assert.Equal([Samples[first], Samples[second], Samples[first], Samples[second]], DivergenceChoice.Half(Samples, Divergences, most));

    [Fact]
    public void Half_OfAnOddNumber_HasTheMiddleOnce() =>
        Assert.Equal(
            [Samples[0], Samples[2], Samples[2]],
            DivergenceChoice.Half(
                Samples,
                new Dictionary<int, double>
                {
                    [0] = 0.4,
                    [1] = 0.1,
                    [2] = 0.9,
                },
                most: true
            )
        );

    [Fact]
    public void Weigh_HasAMeanOfOneAndKeepsWhatIsNotMeasured()
    {
        double[] weights = [.. DivergenceChoice.Weigh(Samples, Divergences).Select(sample => sample.Weight)];
        Assert.Equal([1, 0.25, 2.25, 1, 0.5], weights.Select(weight => Math.Round(weight, 12)));
    }

    [Fact]
    public void Weigh_NothingDiverges_IsRefused() =>
        Assert.Throws<ArmRefusedException>(() => DivergenceChoice.Weigh(Samples, new Dictionary<int, double> { [0] = 0 }));
}
