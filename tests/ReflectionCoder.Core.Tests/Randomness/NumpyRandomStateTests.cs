using System.Text.Json;
using ReflectionCoder.Masking;
using ReflectionCoder.Randomness;

namespace ReflectionCoder.Tests.Randomness;

public sealed class NumpyRandomStateTests
{
    [Fact]
    [Trait("Category", "Golden")]
    public void Draws_GoldenSeeds_EqualNumpy()
    {
        foreach (JsonElement golden in Reference.Golden("rng").GetProperty("seeds").EnumerateArray())
        {
            uint seed = golden.GetProperty("seed").GetUInt32();
            CheckRaw(golden, seed);
            CheckChoices(golden, seed);
            CheckShuffles(golden, seed);
        }
    }

    /// <summary>The numbers that numpy's documentation and half of the world's notebooks show for these seeds.</summary>
    [Theory]
    [InlineData(0, 0.5488135039273248, 0.7151893663724195)]
    [InlineData(1, 0.417022004702574, 0.7203244934421581)]
    public void NextDouble_EqualsRandomSample(uint seed, double first, double second)
    {
        NumpyRandomState random = new(seed);
        Assert.Equal(first, random.NextDouble());
        Assert.Equal(second, random.NextDouble());
    }

    [Fact]
    public void FromState_SavedMidway_DrawsTheSame()
    {
        NumpyRandomState random = new(7);
        for (int i = 0; i < 700; i++)
        {
            random.NextUInt32();
        }

        NumpyRandomState restored = NumpyRandomState.FromState(random.GetState());
        for (int i = 0; i < 2000; i++)
        {
            Assert.Equal(random.NextUInt32(), restored.NextUInt32());
        }
    }

    [Fact]
    public void FromState_WrongForm_Throws()
    {
        Assert.Throws<ArgumentException>(() => NumpyRandomState.FromState(new uint[624]));
        uint[] state = new NumpyRandomState(0).GetState();
        state[^1] = 625;
        Assert.Throws<ArgumentException>(() => NumpyRandomState.FromState(state));
    }

    private static void CheckRaw(JsonElement golden, uint seed)
    {
        NumpyRandomState random = new(seed);
        uint[] first = [.. golden.GetProperty("raw_uint32").EnumerateArray().Select(item => item.GetUInt32())];
        uint[] later = [.. golden.GetProperty("raw_uint32_at_620").EnumerateArray().Select(item => item.GetUInt32())];
        uint[] drawn = [.. Enumerable.Range(0, 620 + later.Length).Select(_ => random.NextUInt32())];
        Assert.Equal(first, drawn[..first.Length]);
        Assert.Equal(later, drawn[620..]);
    }

    private static void CheckChoices(JsonElement golden, uint seed)
    {
        NumpyRandomState random = new(seed);
        foreach (JsonElement choice in golden.GetProperty("choice_index").EnumerateArray())
        {
            Assert.Equal(choice[1].GetInt32(), random.NextBounded(choice[0].GetInt32() - 1));
        }

        random = new NumpyRandomState(seed);
        foreach (JsonElement choice in golden.GetProperty("choice_without_replacement").EnumerateArray())
        {
            Assert.Equal(Goldens.Ints(choice[2]), random.ChoiceWithoutReplacement(choice[0].GetInt32(), choice[1].GetInt32()));
        }
    }

    private static void CheckShuffles(JsonElement golden, uint seed)
    {
        NumpyRandomState random = new(seed);
        foreach (JsonElement list in golden.GetProperty("shuffle_lists").EnumerateArray())
        {
            Assert.Equal(Goldens.Ints(list), random.Permutation(list.GetArrayLength()));
        }

        random = new NumpyRandomState(seed);
        foreach (JsonElement round in golden.GetProperty("interleaved").EnumerateArray())
        {
            Assert.Equal(round[0].GetInt32(), random.NextBounded(2));
            string mask = round[1].GetString()!;
            bool[] visible = [.. mask.OrderBy(digit => digit).Select(digit => digit == '1')];
            random.Shuffle(visible.AsSpan());
            Assert.Equal(mask, Goldens.MaskText(visible));
            Assert.Equal(Goldens.Ints(round[2]), random.ChoiceWithoutReplacement(5, 2));
        }

        random = new NumpyRandomState(seed);
        JsonElement rows = golden.GetProperty("shuffle_rows_8x3");
        int[] order = random.Permutation(rows.GetArrayLength());
        for (int i = 0; i < order.Length; i++)
        {
            int width = rows[i].GetArrayLength();
            Assert.Equal(Goldens.Ints(rows[i]), Enumerable.Range(order[i] * width, width));
        }
    }
}
