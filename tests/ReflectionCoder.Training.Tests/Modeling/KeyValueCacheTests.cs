using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Attention;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling;

public sealed class KeyValueCacheTests
{
    public static TheoryData<string> Families => new(TinyModels.All.Keys);

    /// <summary>
    /// Rows of different lengths go on by different counts, one leaves, one is forked, new ones join: each equals the whole row.
    /// </summary>
    [Theory]
    [MemberData(nameof(Families))]
    public void Forward_RowsComeAndGo_EqualWholeRows(string family)
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.All[family], ScalarType.Float64);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        long[][] rows =
        [
            [3, 1, 4, 1, 5, 9, 2, 6],
            [2, 7, 1, 8],
            [1, 6, 1, 8, 0, 3],
        ];
        using var cache = new KeyValueCache(capacity: 2, rows: 3);
        Check(model, cache, rows, [2, 1, 3]);
        Check(model, cache, rows, [1, 1, 1]); // one token each, at different places
        Check(model, cache, rows, [2, 1, 1]);
        Check(model, cache, rows, [1, 1, 1]);
        Assert.Equal([6, 4, 6], cache.Lengths);

        cache.Select([2, 0, 0]);
        rows =
        [
            [.. rows[2], 5, 5],
            [.. rows[0], 7],
            [.. rows[0][..6], 9, 9, 9],
        ];
        Check(model, cache, rows, [1, 1, 1]); // at the same place
        var newcomer = new KeyValueCache(capacity: 1, rows: 1);
        rows = [.. rows, [8, 8, 8, 8, 8]];
        Check(model, newcomer, [rows[3]], [3]);
        cache.Join(newcomer);
        Check(model, cache, rows, [1, 1, 1, 1]);
        Check(model, cache, [rows[0], rows[1], rows[2], [.. rows[3], 1]], [0, 1, 1, 2], skip: 0);
        Assert.Equal(3, cache.Rows);
    }

    [Fact]
    public void EstimateBytes_IsWhatTheBuffersTake()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using var cache = new KeyValueCache(capacity: 5, rows: 2);
        _ = model.Forward(ModelInput.Create([1, 2, 3], [0, 0, 1], [1, 2], CPU) with { Cache = cache });
        Assert.Equal(cache.Bytes, KeyValueCache.EstimateBytes(model.Config, model.Dtype, rows: 2, length: 5));
        Assert.Equal(2 * 2 * 2 * 6 * 4 * 2 * 5, cache.Bytes); // key and value, layers, heads, width, bytes, rows, tokens
    }

    [Fact]
    public void Select_Join_Dispose_LeaveNoTensors()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        using IDisposable noGrad = no_grad();
        using (var warm = new KeyValueCache())
        {
            Run(warm, [1], [0], [1]); // the rotary table is made once
        }

        long before = FineTuning.LiveTensors.Count();
        using (var cache = new KeyValueCache(capacity: 1, rows: 2))
        using (var other = new KeyValueCache(capacity: 4))
        {
            Run(cache, [1, 2, 3], [0, 0, 1], [1, 2]);
            Run(cache, [1, 2], [1, 2], [1, 1]);
            cache.Select([1, 1, 0]);
            Run(other, [1], [0], [1]);
            cache.Join(other);
            Run(cache, [1, 2, 3, 4], [3, 3, 2, 1], [1, 1, 1, 1]);
        }

        Assert.Equal(before, Tensor.TotalCount);

        void Run(KeyValueCache cache, long[] ids, long[] positions, int[] lengths)
        {
            using ModelInput input = ModelInput.Create(ids, positions, lengths, CPU) with { Cache = cache };
            model.Forward(input).Dispose();
        }
    }

    [Fact]
    public void BadUse_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new KeyValueCache(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KeyValueCache(rows: 0));
        using var cache = new KeyValueCache();
        using Tensor pair = zeros([1, 2, 4]);
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Append(1, pair, pair, [1]));
        Assert.Throws<ArgumentException>(() => cache.Append(0, pair, pair, [2]));
        Assert.Throws<ArgumentException>(() => cache.Append(0, pair, pair, [1, 1]));
        Assert.Throws<ArgumentException>(() => cache.Select([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Select([1]));
        Assert.Equal(0, cache.Length);
        using IDisposable noGrad = no_grad();
        (Tensor Keys, Tensor Values, IReadOnlyList<int> Lengths, Tensor? Mask) seen = cache.Append(0, pair, pair, [1]);
        seen.Keys.Dispose();
        seen.Values.Dispose();
        using var empty = new KeyValueCache();
        Assert.Throws<ArgumentException>(() => cache.Join(empty));
    }

    /// <summary>
    /// Goes on with so many tokens of each row and compares with rows computed whole. Rows with 0 tokens are taken out first.
    /// </summary>
    private static void Check(CausalLanguageModel model, KeyValueCache cache, long[][] rows, int[] counts, int? skip = null)
    {
        if (skip is { } gone)
        {
            cache.Select([.. Enumerable.Range(0, rows.Length).Where(row => row != gone)]);
            (rows, counts) = ([.. rows.Where((_, row) => row != gone)], [.. counts.Where((_, row) => row != gone)]);
        }

        int[] starts = [.. cache.Lengths];
        long[] ids = [.. rows.SelectMany((row, i) => row[starts[i]..(starts[i] + counts[i])])];
        long[] positions = [.. rows.SelectMany((_, i) => Enumerable.Range(starts[i], counts[i]).Select(p => (long)p))];
        double[] actual = TinyModels.Numbers(model.Forward(ModelInput.Create(ids, positions, counts, CPU) with { Cache = cache }));
        List<double> expected = [];
        for (int i = 0; i < rows.Length; i++)
        {
            int end = starts[i] + counts[i];
            long[] all = [.. Enumerable.Range(0, end).Select(p => (long)p)];
            using Tensor whole = model.Forward(ModelInput.Create(rows[i][..end], all, [end], CPU));
            expected.AddRange(TinyModels.Numbers(whole.narrow(0, starts[i], counts[i])));
        }

        Assert.True(TinyModels.Distance([.. expected], actual) < 1e-11);
    }
}
