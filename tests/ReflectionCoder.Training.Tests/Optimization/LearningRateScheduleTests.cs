using ReflectionCoder.Optimization;

namespace ReflectionCoder.Tests.Optimization;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void Cosine_WarmsUpThenFallsToZero()
    {
        CosineLearningRateSchedule schedule = new();
        Assert.Equal([0, 0.25, 0.5, 0.75, 1], Enumerable.Range(0, 5).Select(k => schedule.GetFactor(k, 4, 20)));
        Assert.Equal(0.5, schedule.GetFactor(12, 4, 20), 15);
        Assert.Equal(0.5 * (1 + Math.Cos(Math.PI * 3 / 16)), schedule.GetFactor(7, 4, 20), 15);
        Assert.Equal(0, schedule.GetFactor(20, 4, 20), 15);
        Assert.Equal(1, schedule.GetFactor(0, 0, 20));
        Assert.Equal(1, schedule.GetFactor(5, 5, 5));
    }

    [Fact]
    public void Linear_WarmsUpThenFallsToZero()
    {
        LinearLearningRateSchedule schedule = new();
        Assert.Equal([0, 0.5, 1, 0.75, 0.5, 0.25, 0, 0], Enumerable.Range(0, 8).Select(k => schedule.GetFactor(k, 2, 6)));
    }

    [Fact]
    public void Constant_WarmsUpThenStays()
    {
        ConstantLearningRateSchedule schedule = new();
        Assert.Equal([0, 0.5, 1, 1, 1], Enumerable.Range(0, 5).Select(k => schedule.GetFactor(k, 2, 4)));
        Assert.Equal(1, schedule.GetFactor(0, 0, 4));
    }

    [Theory]
    [InlineData(0.05, 12, 1)]
    [InlineData(0.25, 12, 3)]
    [InlineData(0, 12, 0)]
    [InlineData(1, 12, 12)]
    [InlineData(0.07, 100, 8)] // 100 · 0.07 lies above 7 in doubles
    public void Steps_Ratio_IsRoundedUp(double ratio, long maxSteps, long expected) =>
        Assert.Equal(expected, LearningRateWarmup.Steps(ratio, maxSteps));

    [Fact]
    public void Schedules_BadArguments_Throw()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateWarmup.Steps(1.5, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateWarmup.Steps(double.NaN, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateWarmup.Steps(0.5, -1));
        foreach (
            ILearningRateSchedule schedule in (ILearningRateSchedule[])
                [LearningRateSchedules.Cosine, LearningRateSchedules.Linear, LearningRateSchedules.Constant]
        )
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => schedule.GetFactor(-1, 0, 1));
            Assert.Throws<ArgumentOutOfRangeException>(() => schedule.GetFactor(0, -1, 1));
        }
    }
}
