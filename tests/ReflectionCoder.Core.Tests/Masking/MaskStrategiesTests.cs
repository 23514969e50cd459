using ReflectionCoder.Masking;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tests.Masking;

public sealed class MaskStrategiesTests
{
    [Fact]
    public void Parse_AnyOrder_GivesTheReferencesOrder() =>
        Assert.Equal(
            ["all", "random-block", "sequential-block", "block", "random-token", "sequential-token"],
            MaskStrategies.Parse("sequential-token, block,all,random-token,sequential-block,random-block").Select(strategy => strategy.Name)
        );

    [Theory]
    [InlineData("")]
    [InlineData("none")]
    public void Parse_None_GivesNothing(string names) => Assert.Empty(MaskStrategies.Parse(names));

    [Theory]
    [InlineData("random_token")]
    [InlineData("block,other")]
    [InlineData("none,all")]
    [InlineData("all,all")]
    public void Parse_UnknownOrTwice_Throws(string names) => Assert.Throws<FormatException>(() => MaskStrategies.Parse(names));

    [Theory]
    [InlineData("e,t,c")]
    [InlineData("etc")]
    [InlineData(" E, T ,C ")]
    public void ParseOrder_Letters_GivesTypes(string letters)
    {
        Assert.Equal([BlockType.Execution, BlockType.Text, BlockType.Code], MaskStrategies.ParseBlockOrder(letters));
        BlockTypeMask mask = Assert.IsType<BlockTypeMask>(MaskStrategies.Parse("block", MaskStrategies.ParseBlockOrder("tce")).Single());
        Assert.Equal([BlockType.Text, BlockType.Code, BlockType.Execution], mask.Order);
        Assert.Equal(MaskStrategies.ParseBlockOrder(letters), new BlockTypeMask().Order);
    }

    [Theory]
    [InlineData("")]
    [InlineData("et")]
    [InlineData("ett")]
    [InlineData("etcc")]
    [InlineData("etx")]
    public void ParseOrder_NotEachOnce_Throws(string letters) =>
        Assert.Throws<FormatException>(() => MaskStrategies.ParseBlockOrder(letters));

    [Fact]
    public void Create_OrderNotEachOnce_Throws() =>
        Assert.Throws<ArgumentException>(() => new BlockTypeMask([BlockType.Text, BlockType.Text, BlockType.Code]));

    [Fact]
    public void Identity_DifferentlyConfigured_IsNeverTheSame()
    {
        IMaskStrategy[] strategies =
        [
            MaskStrategies.All,
            MaskStrategies.RandomToken,
            MaskStrategies.SequentialToken,
            MaskStrategies.RandomBlock,
            MaskStrategies.SequentialBlock,
            .. new[] { "etc", "ect", "tec", "tce", "cet", "cte" }.Select(order =>
                MaskStrategies.BlockType(MaskStrategies.ParseBlockOrder(order))
            ),
        ];
        Assert.Equal(strategies.Length, strategies.Select(strategy => strategy.Identity).Distinct().Count());
        Assert.Equal("block(Execution, Text, Code)", MaskStrategies.BlockType().Identity);
        IMaskRateSchedule[] schedules =
        [
            MaskRateSchedules.Linear,
            MaskRateSchedules.Constant(0),
            MaskRateSchedules.Constant(0.1),
            MaskRateSchedules.Constant(double.BitIncrement(0.1)),
        ];
        Assert.Equal(schedules.Length, schedules.Select(schedule => schedule.Identity).Distinct().Count());
        Assert.Equal("constant(0.1)", MaskRateSchedules.Constant(0.1).Identity);
    }

    [Fact]
    public void Factories_EachName_GiveWhatParseGives() =>
        Assert.Equal(
            MaskStrategies.Parse(string.Join(',', MaskStrategies.Names)).Select(strategy => strategy.Identity),
            new[]
            {
                MaskStrategies.All,
                MaskStrategies.RandomBlock,
                MaskStrategies.SequentialBlock,
                MaskStrategies.BlockType(),
                MaskStrategies.RandomToken,
                MaskStrategies.SequentialToken,
            }.Select(strategy => strategy.Identity)
        );

    [Theory]
    [InlineData(0, 20, 0.05)]
    [InlineData(19, 20, 1.0)]
    [InlineData(25, 20, 1.0)]
    [InlineData(2, 7, 3.0 / 7)]
    public void LinearMaskRateSchedule_Step_IsNextStepsShare(long step, long maxSteps, double expected) =>
        Assert.Equal(expected, new LinearMaskRateSchedule().GetRate(step, maxSteps));

    [Theory]
    [InlineData(-0.01)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public void ConstantMaskRateSchedule_OutOfRange_Throws(double rate) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConstantMaskRateSchedule(rate));
}
