using System.Text.Json;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Tests;

/// <summary>Reading of the golden files' forms.</summary>
internal static class Goldens
{
    public static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetInt32())];

    public static string MaskText(IEnumerable<bool> visible) => string.Concat(visible.Select(seen => seen ? '1' : '0'));

    public static int[] DistillationMask(int lastUserStart, int length) =>
        [.. Enumerable.Range(0, length).Select(i => i >= lastUserStart ? 1 : 0)];

    /// <summary>The samples of a golden file, labelled by us; their labels must be the file's.</summary>
    public static Dictionary<string, TokenizedSample> Samples(JsonElement golden)
    {
        SampleTokenizer tokenizer = new(CodeTokenizer.CreateByteLevel());
        Dictionary<string, TokenizedSample> samples = [];
        foreach (JsonProperty sample in golden.GetProperty("samples").EnumerateObject())
        {
            TokenizedSample labelled = tokenizer.Label(Ints(sample.Value.GetProperty("input_ids")), SampleType.Reflection);
            Assert.Equal(Ints(sample.Value.GetProperty("labels")), labelled.Labels);
            Assert.Equal(Ints(sample.Value.GetProperty("distillation_labels")), labelled.DistillationLabels);
            Assert.Equal(Ints(sample.Value.GetProperty("distillation_mask")), DistillationMask(labelled.LastUserStart, labelled.Length));
            samples.Add(sample.Name, labelled);
        }

        return samples;
    }
}
