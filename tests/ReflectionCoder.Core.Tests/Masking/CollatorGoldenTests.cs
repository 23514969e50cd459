using System.Text.Json;
using ReflectionCoder.Masking;
using ReflectionCoder.Randomness;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Tests.Masking;

[Trait("Category", "Golden")]
public sealed class CollatorGoldenTests
{
    private const string MaskKey = "distillation_attention_mask";

    [Fact]
    public void Mask_OneGeneratorOverARun_EqualsReference()
    {
        Dictionary<string, TokenizedSample> samples = Goldens.Samples(Reference.Golden("mask"));
        foreach (JsonElement run in Reference.Golden("collator").GetProperty("runs").EnumerateArray())
        {
            string order = run.GetProperty("block_order").GetString()!;
            SequenceMasker masker = new([
                .. run.GetProperty("enabled_funcs").EnumerateArray().Select(name => MaskGoldenTests.StrategyOf(name.GetString()!, order)),
            ]);
            NumpyRandomState random = new(run.GetProperty("seed").GetUInt32());
            foreach (JsonElement step in run.GetProperty("steps").EnumerateArray())
            {
                CheckStep(run, step, samples, masker, random);
            }
        }
    }

    [Fact]
    public void InReferenceOrder_EnabledFunctions_KeepsTheirOrder()
    {
        foreach (JsonElement run in Reference.Golden("collator").GetProperty("runs").EnumerateArray())
        {
            string[] enabled =
            [
                .. run.GetProperty("enabled_funcs")
                    .EnumerateArray()
                    .Select(name => MaskGoldenTests.StrategyOf(name.GetString()!, "etc").Name),
            ];
            Assert.Equal(enabled, MaskStrategies.Parse(string.Join(',', enabled.Reverse())).Select(strategy => strategy.Name));
        }
    }

    private static void CheckStep(
        JsonElement run,
        JsonElement step,
        Dictionary<string, TokenizedSample> samples,
        SequenceMasker masker,
        NumpyRandomState random
    )
    {
        TokenizedSample[] rows = [.. step.GetProperty("samples").EnumerateArray().Select(name => samples[name.GetString()!])];
        int padded = step.GetProperty("padded_length").GetInt32();
        Assert.Equal(padded, rows.Max(row => row.Length));

        // The reference masks reflection batches alone, and only when the distillation loss is on.
        bool masked = run.GetProperty("logit").GetBoolean() && run.GetProperty("batch_type").GetString() != "generation";
        string[] keys = [.. step.GetProperty("keys").EnumerateArray().Select(key => key.GetString()!)];
        Assert.Equal(masked, keys.Contains(MaskKey));
        List<string> masks = [];
        if (masked)
        {
            double rate = RateOf(run, step);
            List<string?> picked = [];
            foreach (TokenizedSample row in rows)
            {
                bool[] visible = masker.Mask(row, rate, random, out IMaskStrategy? strategy);
                masks.Add(Goldens.MaskText(visible).PadRight(padded, '0'));
                picked.Add(strategy?.Name);
            }

            if (masker.Strategies.Count > 0)
            {
                string order = run.GetProperty("block_order").GetString()!;
                Assert.Equal(
                    step.GetProperty("picked").EnumerateArray().Select(name => MaskGoldenTests.StrategyOf(name.GetString()!, order).Name),
                    picked
                );
            }

            Assert.Equal(step.GetProperty(MaskKey).EnumerateArray().Select(mask => mask.GetString()!), masks);
        }

        if (step.TryGetProperty("batch", out JsonElement batch))
        {
            CheckBatch(batch, keys, rows, masks, padded);
        }
    }

    private static double RateOf(JsonElement run, JsonElement step)
    {
        long maxSteps = run.GetProperty("max_steps").GetInt64();
        double rate = maxSteps == 0 ? 0 : new LinearMaskRateSchedule().GetRate(step.GetProperty("global_step").GetInt64(), maxSteps);
        if (step.GetProperty("mask_rate").ValueKind == JsonValueKind.Number)
        {
            Assert.Equal(step.GetProperty("mask_rate").GetDouble(), rate);
        }

        return rate;
    }

    private static void CheckBatch(JsonElement batch, string[] keys, TokenizedSample[] rows, List<string> masks, int padded)
    {
        int pad = CodeTokenizer.CreateByteLevel().PadTokenId;
        foreach (string key in keys)
        {
            for (int i = 0; i < rows.Length; i++)
            {
                TokenizedSample row = rows[i];
                (int[] values, int padding) = key switch
                {
                    "input_ids" => (row.InputIds, pad),
                    "attention_mask" => (Enumerable.Repeat(1, row.Length).ToArray(), 0),
                    "labels" => (row.Labels, TokenizedSample.IgnoreIndex),
                    "distillation_labels" => (row.DistillationLabels, TokenizedSample.IgnoreIndex),
                    "distillation_mask" => (Goldens.DistillationMask(row.LastUserStart, row.Length), 0),
                    MaskKey => (masks[i].Select(digit => digit - '0').ToArray(), 0),
                    _ => throw new InvalidOperationException($"The golden holds an unknown tensor '{key}'."),
                };
                Assert.Equal(Goldens.Ints(batch.GetProperty(key)[i]), values.Concat(Enumerable.Repeat(padding, padded - values.Length)));
            }
        }
    }
}
