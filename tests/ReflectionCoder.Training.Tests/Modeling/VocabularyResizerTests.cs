using System.Text.Json;
using ReflectionCoder.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling;

public sealed class VocabularyResizerTests
{
    [Fact]
    [Trait("Category", "Golden")]
    public void SetMeanRows_GoldenEmbeddings_AreMetExactly()
    {
        int compared = 0;
        foreach (JsonElement golden in Reference.Golden("new_tokens").GetProperty("cases").EnumerateArray())
        {
            ScalarType dtype = Enum.Parse<ScalarType>(golden.GetProperty("dtype").GetString()!, ignoreCase: true);
            int source = golden.GetProperty("source_vocab").GetInt32();
            Dictionary<int, IReadOnlyList<int>> subTokens = golden
                .GetProperty("sub_token_ids")
                .EnumerateObject()
                .Select((marker, i) => (Id: source + i, Ids: marker.Value.Deserialize<int[]>()!))
                .ToDictionary(m => m.Id, m => (IReadOnlyList<int>)m.Ids);
            bool tied = golden.GetProperty("tied").GetBoolean();
            foreach (string side in tied ? (string[])["input"] : ["input", "output"])
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor weight = Matrix(golden.GetProperty(side + "_before"), dtype).requires_grad_(true);
                VocabularyResizer.SetMeanRows(weight, subTokens);
                AssertEqual(TinyModels.Numbers(Matrix(golden.GetProperty(side + "_after"), dtype)), TinyModels.Numbers(weight), dtype);
                compared++;
            }

            if (tied)
            {
                Assert.Equal(golden.GetProperty("input_after").GetRawText(), golden.GetProperty("output_after").GetRawText());
            }
        }

        Assert.True(compared > 0, "The golden holds no case.");
    }

    /// <summary>Exact, but for bf16's last bit: libtorch 1 rounds a bf16 mean's sum before it divides, libtorch 2 does not.</summary>
    private static void AssertEqual(double[] expected, double[] actual, ScalarType dtype)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            double lastBit = dtype == ScalarType.BFloat16 ? Math.Abs(expected[i]) / 128 : 0;
            Assert.InRange(actual[i], expected[i] - lastBit, expected[i] + lastBit);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Resize_NewTokens_AreMeansAndTheRestStays(bool tied)
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama with { TieWordEmbeddings = tied }, ScalarType.Float64);
        double[] inputBefore = TinyModels.Numbers(model.InputEmbedding);
        double[] outputBefore = TinyModels.Numbers(model.OutputWeight);
        VocabularyResizer.Resize(model, 41, new Dictionary<int, IReadOnlyList<int>> { [37] = [3, 3, 5], [38] = [0] }, seed: 4);
        Assert.Equal(41, model.VocabularySize);
        foreach (
            (Tensor weight, double[] before) in ((Tensor, double[])[])
                [(model.InputEmbedding, inputBefore), (model.OutputWeight, outputBefore)]
        )
        {
            double[] after = TinyModels.Numbers(weight);
            int width = model.HiddenSize;
            Assert.Equal([41, width], weight.shape);
            Assert.Equal(before, after[..before.Length]);
            for (int i = 0; i < width; i++)
            {
                Assert.Equal(((2 * before[(3 * width) + i]) + before[(5 * width) + i]) / 3, after[(37 * width) + i], 12);
                Assert.Equal(before[i], after[(38 * width) + i]);
            }

            Assert.InRange(Math.Sqrt(after[(39 * width)..].Average(v => v * v)), 0.1, 0.3);
            Assert.True(weight.requires_grad);
        }

        Assert.Equal(tied, ReferenceEquals(model.InputEmbedding, model.OutputWeight));
        using ModelInput input = ModelInput.Create([40, 37], [0, 1], [2], CPU);
        using Tensor hidden = model.Forward(input);
        Assert.Equal([2, 24], hidden.shape);
    }

    [Fact]
    public void Resize_SameSize_SetsRowsInPlace()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        VocabularyResizer.Resize(model, 37, new Dictionary<int, IReadOnlyList<int>> { [36] = [1] }, seed: 4);
        double[] rows = TinyModels.Numbers(model.InputEmbedding);
        Assert.Equal(rows[24..48], rows[(36 * 24)..]);
    }

    [Fact]
    public void Resize_BadIds_AreRefusedBeforeAnythingChanges()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        Assert.Throws<ArgumentOutOfRangeException>(() => VocabularyResizer.Resize(model, 36, new Dictionary<int, IReadOnlyList<int>>(), 1));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            VocabularyResizer.Resize(model, 40, new Dictionary<int, IReadOnlyList<int>> { [40] = [1] }, 1)
        );
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            VocabularyResizer.Resize(model, 40, new Dictionary<int, IReadOnlyList<int>> { [38] = [40] }, 1)
        );
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            VocabularyResizer.Resize(model, 40, new Dictionary<int, IReadOnlyList<int>> { [38] = [] }, 1)
        );
        Assert.Equal(37, model.VocabularySize);
        Assert.Equal(37, model.InputEmbedding.shape[0]);
    }

    private static Tensor Matrix(JsonElement rows, ScalarType dtype)
    {
        float[][] values = rows.Deserialize<float[][]>()!;
        return tensor(values.SelectMany(r => r).ToArray(), [values.Length, values[0].Length]).to(dtype);
    }
}
