using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling;

/// <summary>The last layer computes only the rows that a loss needs: with the states and gradients that all rows would give.</summary>
public sealed class NeededRowsTests
{
    private static readonly int[] Lengths = [5, 1, 7];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forward_SomeRows_GivesTheirStatesAndGradients(string family, bool gradientCheckpointing, bool lora)
    {
        using DisposeScope scope = NewDisposeScope();
        using CausalLanguageModel model = CausalLanguageModel.Create(TinyModels.All[family], CPU, ScalarType.Float64);
        if (lora)
        {
            model.AddAdapter(new LoraOptions { Rank = 3 }, [], seed: 5);
        }

        long[] rows = [0, 3, 5, 11, 12];
        Tensor weights_RH = randn([rows.Length, model.HiddenSize], ScalarType.Float64);
        (Tensor expected_RH, Tensor[] expectedGradients) = Run(null);
        (Tensor actual_RH, Tensor[] gradients) = Run(rows);
        Assert.Equal([rows.Length, model.HiddenSize], actual_RH.shape);
        Assert.True(actual_RH.allclose(expected_RH, 1e-12, 1e-12));
        Assert.All(gradients.Zip(expectedGradients), pair => Assert.True(pair.First.allclose(pair.Second, 1e-10, 1e-12)));

        (Tensor States, Tensor[] Gradients) Run(long[]? needed)
        {
            long[] ids = [.. Enumerable.Range(0, Lengths.Sum()).Select(i => (i * 7L) % model.VocabularySize)];
            long[] positions = [.. Lengths.SelectMany(length => Enumerable.Range(0, length).Select(i => (long)i))];
            ModelInput input = ModelInput.Create(ids, positions, Lengths, CPU) with
            {
                NeededRows = needed,
                GradientCheckpointing = gradientCheckpointing,
            };
            Tensor states_NH = HiddenStates.Compute(model, input);
            Tensor states_RH = needed is null ? states_NH.index_select(0, tensor(rows)) : states_NH;
            states_RH.mul(weights_RH).sum().backward();
            Tensor[] found = [.. model.TrainableParameters.Values.Select(weight => weight.grad?.clone() ?? zeros_like(weight))];
            foreach (Tensor weight in model.TrainableParameters.Values)
            {
                weight.grad = null;
            }

            return (states_RH.detach(), found);
        }
    }

    public static TheoryData<string, bool, bool> Cases()
    {
        TheoryData<string, bool, bool> cases = [];
        foreach (string family in TinyModels.All.Keys)
        {
            cases.Add(family, false, false);
            cases.Add(family, true, false);
        }

        cases.Add("llama", false, true);
        cases.Add("llama", true, true);
        return cases;
    }
}
