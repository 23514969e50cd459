using ReflectionCoder.Losses;

namespace ReflectionCoder.Tests.Losses;

public sealed class ChunkPlanTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(1000)]
    public void Create_PackedTargets_SendEachRowThroughTheHeadOnce(int chunkRows)
    {
        LossProblem problem = LossProblem.Create(1, rows: 80);
        ChunkPlan plan = ChunkPlan.Create(problem.Targets, problem.Rows, chunkRows);

        DistillationTargets targets = problem.Targets;
        Assert.Equal(
            targets.CrossEntropyRows.Concat(targets.TeacherRows).Concat(targets.StudentRows).Distinct().Order(),
            plan.Rows.Order()
        );
        Assert.Equal(plan.Rows.Length, plan.Chunks.Sum(chunk => chunk.Count));
        Assert.All(plan.Chunks, chunk => Assert.InRange(chunk.Count, 1, Math.Max(chunkRows, 2)));
        Assert.Equal(
            targets.CrossEntropyRows.Zip(targets.CrossEntropyLabels).Order(),
            plan.Chunks.SelectMany(chunk => chunk.Labels.Select(label => (plan.Rows[chunk.Start + label.Row], label.Label))).Order()
        );
        Assert.All(
            plan.Chunks,
            chunk => Assert.Equal(chunk.Labels.Select(label => label.Row).Order(), chunk.Labels.Select(label => label.Row))
        );
    }

    [Fact]
    public void Create_TeachersWithoutLabel_AreOutsideTheGradient()
    {
        DistillationTargets targets = new()
        {
            CrossEntropyRows = [7, 2],
            CrossEntropyLabels = [0, 1],
            TeacherRows = [1, 2, 3],
            StudentRows = [4, 5, 6],
        };
        LossChunk chunk = Assert.Single(ChunkPlan.Create(targets, 8, 100).Chunks);
        Assert.Equal((1, 3, 1 + 3 + 1), (chunk.Unpaired, chunk.Pairs, chunk.GradientRows));
    }

    [Fact]
    public void Create_NoTargets_HasNoChunks()
    {
        ChunkPlan plan = ChunkPlan.Create(DistillationTargets.Empty, 5, 4);
        Assert.Empty(plan.Chunks);
        Assert.Empty(plan.Rows);
    }
}
