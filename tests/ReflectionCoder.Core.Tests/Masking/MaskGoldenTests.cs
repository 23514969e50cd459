using System.Text.Json;
using ReflectionCoder.Masking;
using ReflectionCoder.Randomness;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Tests.Masking;

[Trait("Category", "Golden")]
public sealed class MaskGoldenTests
{
    [Fact]
    public void Mask_OneStrategy_EqualsReference()
    {
        JsonElement golden = Reference.Golden("mask");
        Dictionary<string, TokenizedSample> samples = Goldens.Samples(golden);
        int checkedCases = 0;
        foreach (JsonElement item in golden.GetProperty("cases").EnumerateArray())
        {
            SequenceMasker masker = new([StrategyOf(item.GetProperty("func").GetString()!, item.GetProperty("order").GetString()!)]);
            TokenizedSample sample = samples[item.GetProperty("sample").GetString()!];
            bool[] visible = masker.Mask(
                sample,
                item.GetProperty("rate").GetDouble(),
                new NumpyRandomState(item.GetProperty("seed").GetUInt32())
            );
            Assert.Equal(item.GetProperty("mask").GetString(), Goldens.MaskText(visible));
            checkedCases++;
        }

        Assert.True(checkedCases > 0);
    }

    [Fact]
    public void Mask_Malformed_Throws()
    {
        JsonElement golden = Reference.Golden("mask");
        if (!golden.TryGetProperty("malformed", out JsonElement malformed))
        {
            return;
        }

        foreach (
            IGrouping<string, JsonElement> cases in malformed.EnumerateArray().GroupBy(item => item.GetProperty("sample").GetString()!)
        )
        {
            TokenizedSample sample = Rebuild(golden, cases.Key, [.. cases]);
            foreach (JsonElement item in cases)
            {
                SequenceMasker masker = new([StrategyOf(item.GetProperty("func").GetString()!, item.GetProperty("order").GetString()!)]);
                double rate = item.GetProperty("rate").GetDouble();
                NumpyRandomState random = new(item.GetProperty("seed").GetUInt32());
                Assert.Throws<SampleFormatException>(() => masker.Mask(sample, rate, random));
            }
        }
    }

    /// <summary>
    /// The sample itself where the file holds it; else one of the same shape: a first assistant message of one closed block and then
    /// as many tokens in an open one as the reference's block masks come out short.
    /// </summary>
    private static TokenizedSample Rebuild(JsonElement golden, string name, List<JsonElement> cases)
    {
        SampleTokenizer tokenizer = new(CodeTokenizer.CreateByteLevel());
        if (golden.GetProperty("samples").TryGetProperty(name, out JsonElement stored))
        {
            return tokenizer.Label(Goldens.Ints(stored.GetProperty("input_ids")), SampleType.Reflection);
        }

        int length = cases.Max(item => item.GetProperty("input_length").GetInt32());
        int open = length - cases.Min(item => item.GetProperty("mask_length").GetInt32());
        Assert.True(open > 1, "The golden's sample isn't malformed.");
        MarkerIds markers = tokenizer.Tokenizer.MarkerIds;
        List<int> ids =
        [
            tokenizer.Tokenizer.BosTokenId,
            markers.User,
            markers.Text,
            'q',
            markers.EndOfBlock,
            markers.EndOfMessage,
            markers.Assistant,
        ];
        ids.AddRange([markers.Text, 'a', markers.EndOfBlock, markers.Code]);
        ids.AddRange(Enumerable.Repeat((int)'x', open - 1));
        ids.Add(markers.EndOfMessage);
        ids.AddRange(Enumerable.Repeat((int)'y', Math.Max(0, length - ids.Count - 1)));
        ids.Add(tokenizer.Tokenizer.EosTokenId);
        return tokenizer.Label([.. ids], SampleType.Reflection);
    }

    /// <summary>The strategy that a function of the reference stands for.</summary>
    internal static IMaskStrategy StrategyOf(string function, string order)
    {
        string name = function[..^"_mask".Length].Replace('_', '-');
        return MaskStrategies.Parse(name, MaskStrategies.ParseBlockOrder(order)).Single();
    }
}
