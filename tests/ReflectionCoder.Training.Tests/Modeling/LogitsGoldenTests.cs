using System.Text.Json;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling;

public sealed class LogitsGoldenTests
{
    private const double Tolerance = 1e-4;

    /// <summary>Every case as packed rows of its visible tokens, with the positions they had.</summary>
    [Fact]
    [Trait("Category", "Golden")]
    public void Forward_GoldenLogits_AreMet()
    {
        int compared = 0;
        ForEachCase(
            TinyModels.GoldenDevice,
            (model, golden, name) =>
            {
                Row[] rows = Rows(golden);
                using DisposeScope scope = NewDisposeScope();
                double[] logits = PackedLogits(model, rows);
                double[] expected = [.. rows.SelectMany(r => r.Logits.SelectMany(p => p))];
                Assert.True(TinyModels.Distance(expected, logits) <= Tolerance, $"{name}: {TinyModels.Distance(expected, logits)}");
                compared += logits.Length;
            }
        );
        Assert.True(compared > 0, "The golden holds no case.");
    }

    /// <summary>The padded case with holes and its compacted twin are the same mathematics, so they give each other's logits.</summary>
    [Fact]
    [Trait("Category", "Golden")]
    public void Forward_HiddenTokens_EqualTheirAbsence()
    {
        int compared = 0;
        ForEachCase(
            CPU,
            (model, golden, name) =>
            {
                foreach (Row row in Rows(golden))
                {
                    using DisposeScope scope = NewDisposeScope();
                    using IDisposable noGrad = no_grad();
                    var naive = new NaiveDecoder(model.Config, model.Parameters);
                    double[] dense = TinyModels.Numbers(
                        naive.Logits(row.AllIds, row.Mask, row.AllPositions).index_select(0, tensor(row.Kept))
                    );
                    Assert.True(TinyModels.Distance(dense, PackedLogits(model, [row])) <= Tolerance, name);
                    compared++;
                }
            }
        );
        Assert.True(compared > 0, "The golden holds no case.");
    }

    private static void ForEachCase(Device device, Action<CausalLanguageModel, JsonElement, string> check)
    {
        foreach (JsonElement entry in Reference.Golden("logits").GetProperty("models").EnumerateArray())
        {
            string folder = entry.GetProperty("model").GetString()!;
            using CausalLanguageModel model = ModelFolder.Load(Reference.PathOf(folder), device, ScalarType.Float32);
            foreach (JsonElement golden in entry.GetProperty("cases").EnumerateArray())
            {
                check(model, golden, $"{folder} {golden.GetProperty("name").GetString()}");
            }
        }
    }

    private static double[] PackedLogits(CausalLanguageModel model, Row[] rows)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        ModelInput input = ModelInput.Create(
            [.. rows.SelectMany(r => r.Ids)],
            [.. rows.SelectMany(r => r.Positions)],
            [.. rows.Select(r => r.Kept.Length)],
            model.Device
        );
        return TinyModels.Numbers(TinyModels.Logits(model, input));
    }

    private static Row[] Rows(JsonElement golden)
    {
        long[][] ids = golden.GetProperty("input_ids").Deserialize<long[][]>()!;
        long[][] mask = golden.GetProperty("attention_mask").Deserialize<long[][]>()!;
        long[][]? positions = golden.GetProperty("position_ids").Deserialize<long[][]?>();
        double[][][] logits = golden.GetProperty("logits").Deserialize<double[][][]>()!;
        return
        [
            .. ids.Select(
                (row, b) =>
                {
                    long[] kept = [.. Enumerable.Range(0, row.Length).Where(t => mask[b][t] == 1).Select(t => (long)t)];
                    long[] all = positions?[b] ?? [.. Enumerable.Range(0, row.Length).Select(t => (long)t)];
                    return new Row(row, all, [.. mask[b].Select(m => m == 1)], kept, [.. kept.Select(t => logits[b][t])]);
                }
            ),
        ];
    }

    private sealed record Row(long[] AllIds, long[] AllPositions, bool[] Mask, long[] Kept, double[][] Logits)
    {
        internal IEnumerable<long> Ids => Kept.Select(t => AllIds[t]);

        internal IEnumerable<long> Positions => Kept.Select(t => AllPositions[t]);
    }
}
