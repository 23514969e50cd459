using System.Text.Json;
using ReflectionCoder.Batching;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tests.Modeling;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Losses;

[Trait("Category", "Golden")]
public sealed class LossGoldenTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    [InlineData(256)]
    public void Compute_ReferenceBatches_GiveItsLossAndGradients(int chunkRows)
    {
        JsonElement[] cases = [.. Reference.Golden("loss").GetProperty("cases").EnumerateArray()];
        foreach (IGrouping<string, JsonElement> group in cases.GroupBy(golden => golden.GetProperty("model").GetString()!))
        {
            using CausalLanguageModel model = ModelFolder.Load(Reference.PathOf(group.Key), TinyModels.GoldenDevice, ScalarType.Float32);
            foreach (JsonElement golden in group)
            {
                Check(golden, model, chunkRows);
            }
        }
    }

    [Fact]
    public void Pack_ReferenceBatches_GiveItsWindowsAndCounts()
    {
        foreach (JsonElement golden in Reference.Golden("loss").GetProperty("cases").EnumerateArray())
        {
            (TokenizedSample[] samples, bool[][]? visible) = GoldenSamples.Unpad(golden.GetProperty("batch"));
            PackedBatch batch = BatchPacker.Pack(samples, visible);
            JsonElement expected = golden.GetProperty("expected");
            int teacherLabels = expected.GetProperty("n_labels_teacher").GetInt32();
            if (visible is null)
            {
                Assert.Equal(teacherLabels, batch.CrossEntropyRows.Length);
                Assert.Empty(batch.TeacherRows);
                continue;
            }

            Assert.Equal(teacherLabels + expected.GetProperty("n_labels_student").GetInt32(), batch.CrossEntropyRows.Length);
            Assert.Equal(teacherLabels, batch.CrossEntropyRows.Count(row => row < batch.SampleTokens));
            Assert.Equal(expected.GetProperty("n_kl").GetInt32(), batch.TeacherRows.Length);
            Assert.Equal(Pairs(expected.GetProperty("kl_positions")), batch.TeacherRows.Select(row => Place(batch, row)));
            Assert.Equal(Pairs(expected.GetProperty("kl_positions")), batch.StudentRows.Select(row => Place(batch, row)));
            Assert.Equal(
                Pairs(expected.GetProperty("student_ce_logit_positions")),
                batch.CrossEntropyRows.Skip(teacherLabels).Select(row => Place(batch, row))
            );
            Assert.Equal(
                expected.GetProperty("student_kept_tokens").EnumerateArray().Select(count => count.GetInt32()),
                batch.RowLengths.Skip(samples.Length)
            );
        }
    }

    private static void Check(JsonElement golden, CausalLanguageModel model, int chunkRows)
    {
        string name = golden.GetProperty("name").GetString()!;
        JsonElement expected = golden.GetProperty("expected");
        (TokenizedSample[] samples, bool[][]? visible) = GoldenSamples.Unpad(golden.GetProperty("batch"));

        PackedStep.ClearGradients(model);
        (double crossEntropy, double divergence) = PackedStep.Accumulate(
            model,
            LossProblem.Loss(chunkRows),
            BatchPacker.Pack(samples, visible)
        );

        AssertRelative(expected.GetProperty("ce").GetDouble(), crossEntropy, $"{name}: ce");
        AssertRelative(visible is null ? 0 : expected.GetProperty("kl").GetDouble(), divergence, $"{name}: kl");
        AssertRelative(expected.GetProperty("total").GetDouble(), crossEntropy + divergence, $"{name}: total");

        Dictionary<string, double[]> gradients = PackedStep.Gradients(model);
        foreach (JsonProperty gradient in expected.GetProperty("grads").EnumerateObject())
        {
            AssertGradient(gradients[gradient.Name], 0, gradient.Value.GetProperty("values"), $"{name}: {gradient.Name}");
        }

        foreach (JsonProperty matrix in expected.GetProperty("grad_rows").EnumerateObject())
        {
            int width = (int)model.Parameters[matrix.Name].shape[1];
            foreach (JsonProperty row in matrix.Value.EnumerateObject())
            {
                int start = int.Parse(row.Name) * width;
                AssertGradient(gradients[matrix.Name], start, row.Value, $"{name}: {matrix.Name}[{row.Name}]");
            }
        }

        foreach (JsonProperty norm in expected.GetProperty("param_grad_norms").EnumerateObject())
        {
            AssertRelative(
                norm.Value.GetDouble(),
                Math.Sqrt(gradients[norm.Name].Sum(value => value * value)),
                $"{name}: norm of {norm.Name}"
            );
        }

        AssertRelative(
            expected.GetProperty("grad_norm").GetDouble(),
            GradientNorm.Clip(model.Parameters.Values, double.PositiveInfinity),
            $"{name}: norm"
        );
    }

    private static void AssertRelative(double expected, double actual, string what)
    {
        // A divergence of zero is float32 noise.
        double tolerance = 1e-5 * Math.Max(Math.Abs(expected), 0.1);
        Assert.True(Math.Abs(expected - actual) <= tolerance, $"{what} is {actual:R}, expected {expected:R}.");
    }

    private static void AssertGradient(double[] gradient, int start, JsonElement expected, string what)
    {
        double tolerance = 1e-4 * gradient.Max(Math.Abs);
        int i = start;
        foreach (JsonElement value in expected.EnumerateArray())
        {
            Assert.True(
                Math.Abs(gradient[i] - value.GetDouble()) <= tolerance,
                $"{what}: entry {i - start} is {gradient[i]:R}, expected {value}."
            );
            i++;
        }
    }

    private static (int Row, long Position) Place(PackedBatch batch, long token)
    {
        int samples = batch.RowLengths.Length / 2;
        int row = 0;
        for (long left = token; left >= batch.RowLengths[row]; row++)
        {
            left -= batch.RowLengths[row];
        }

        return (row % samples, batch.PositionIds[token]);
    }

    private static IEnumerable<(int Row, long Position)> Pairs(JsonElement pairs) =>
        pairs.EnumerateArray().Select(pair => (pair[0].GetInt32(), pair[1].GetInt64()));
}
