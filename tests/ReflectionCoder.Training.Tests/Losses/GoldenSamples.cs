using System.Text.Json;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Tests.Losses;

/// <summary>Samples and masks out of the goldens' raw arrays.</summary>
internal static class GoldenSamples
{
    /// <summary>A sample of unpadded arrays; student labels are absent for generation samples.</summary>
    public static TokenizedSample Create(JsonElement sample, int? length = null)
    {
        int[] ids = Integers(sample.GetProperty("input_ids"), length);
        bool distills =
            sample.TryGetProperty("distillation_labels", out JsonElement distillation) && distillation.ValueKind == JsonValueKind.Array;
        return new TokenizedSample
        {
            InputIds = ids,
            Labels = Integers(sample.GetProperty("labels"), length),
            DistillationLabels = distills ? Integers(distillation, length) : [.. ids.Select(_ => TokenizedSample.IgnoreIndex)],
            Type = distills ? SampleType.Reflection : SampleType.Generation,
            Spans = [],
            ReflectionStart = -1,
            ReflectionEnd = -1,
        };
    }

    /// <summary>The samples of a padded batch, [][]int a tensor, and their student masks.</summary>
    public static (TokenizedSample[] Samples, bool[][]? Visible) Unpad(JsonElement batch)
    {
        int[] lengths = [.. batch.GetProperty("attention_mask").EnumerateArray().Select(row => Integers(row).Sum())];
        TokenizedSample[] samples = new TokenizedSample[lengths.Length];
        for (int i = 0; i < samples.Length; i++)
        {
            Dictionary<string, JsonElement> row = batch.EnumerateObject().ToDictionary(tensor => tensor.Name, tensor => tensor.Value[i]);
            samples[i] = Create(JsonSerializer.SerializeToElement(row), lengths[i]);
        }

        if (!batch.TryGetProperty("distillation_attention_mask", out JsonElement masks))
        {
            return (samples, null);
        }

        return (samples, [.. masks.EnumerateArray().Select((row, i) => Mask(row)[..lengths[i]])]);
    }

    /// <summary>A mask given as a string of 0 and 1 or as an array of them.</summary>
    public static bool[] Mask(JsonElement mask) =>
        mask.ValueKind == JsonValueKind.String
            ? [.. mask.GetString()!.Select(c => c == '1')]
            : [.. Integers(mask).Select(value => value == 1)];

    private static int[] Integers(JsonElement array, int? length = null) =>
        [.. array.EnumerateArray().Select(value => value.GetInt32()).Take(length ?? int.MaxValue)];
}
