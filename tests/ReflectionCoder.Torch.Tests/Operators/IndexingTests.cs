using ReflectionCoder.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Operators;

public class IndexingTests
{
    [Fact]
    public void IndexSelect_Rows_InTheOrderAsked()
    {
        using var scope = NewDisposeScope();
        var x = Expect.Normal(1, 4, 3);
        var index = tensor(new long[] { 2, 0, 2 });
        var rows = Expect.Values(x).Chunk(3).ToArray();
        Expect.Close([.. rows[2], .. rows[0], .. rows[2]], x.index_select(0, index));
        Expect.Close([.. rows.SelectMany(static r => new[] { r[2], r[0], r[2] })], x.index_select(1, index));
        Gradient.Check(inputs => inputs[0].index_select(0, index), 1e-5, x);
    }

    [Fact]
    public void IndexAdd_RepeatedIndex_AddsUp()
    {
        using var scope = NewDisposeScope();
        Tensor x = Expect.Normal(1, 3, 2), source = Expect.Normal(2, 4, 2);
        long[] index = [0, 2, 0, 2];
        double[] expected = Expect.Values(x), added = Expect.Values(source);
        for (var k = 0; k < 4; k++)
        {
            for (var c = 0; c < 2; c++) expected[(index[k] * 2) + c] += 0.5 * added[(k * 2) + c];
        }
        Expect.Close(expected, x.index_add(0, tensor(index), source, 0.5));
        var target = x.clone();
        Assert.Same(target, target.index_add_(0, tensor(index), source, 0.5));
        Expect.Close(expected, target);
        Gradient.Check(inputs => inputs[0].index_add(0, tensor(index), inputs[1], 0.5), 1e-5, x, source);
    }

    [Fact]
    public void IndexCopyAndFill()
    {
        using var scope = NewDisposeScope();
        var x = zeros(3, 2);
        var index = tensor(new long[] { 2, 0 });
        Expect.Close([3, 4, 0, 0, 1, 2], x.index_copy(0, index, tensor(new float[] { 1, 2, 3, 4 }).view(2, 2)));
        Expect.Close([9, 9, 0, 0, 9, 9], x.index_fill(0, index, 9));
        Expect.Close([9, 9, 0, 0, 9, 9], x.clone().index_fill_(0, index, 9));
        Expect.Close([3, 4, 0, 0, 1, 2], x.index_copy_(0, index, tensor(new float[] { 1, 2, 3, 4 }).view(2, 2)));
    }

    [Fact]
    public void Gather_Dimension_TakesTheNamedElements()
    {
        using var scope = NewDisposeScope();
        var x = Expect.Normal(1, 3, 4);
        var index = tensor(new long[] { 3, 0, 1, 1, 2, 2 }).view(3, 2);
        double[] v = Expect.Values(x);
        Expect.Close([v[3], v[0], v[5], v[5], v[10], v[10]], x.gather(1, index));
        Expect.Close([v[3], v[0], v[5], v[5], v[10], v[10]], torch.gather(x, 1, index));
        Gradient.Check(inputs => inputs[0].gather(1, index), 1e-5, x);
    }

    [Fact]
    public void Scatter_Dimension_PutsElementsWhereTold()
    {
        using var scope = NewDisposeScope();
        var index = tensor(new long[] { 1, 0, 2, 2 }).view(2, 2);
        var source = tensor(new double[] { 1, 2, 3, 4 }).view(2, 2);
        var x = zeros(2, 3, dtype: ScalarType.Float64);
        Expect.Close([2, 1, 0, 0, 0, 4], x.scatter(1, index, source));
        Expect.Close([2, 1, 0, 0, 0, 7], x.scatter_add(1, index, source));
        Expect.Close([2, 1, 0, 0, 0, 7], x.clone().scatter_add_(1, index, source));
        Assert.Same(x, x.scatter_(1, index, source));
        Expect.Close([2, 1, 0, 0, 0, 4], x);
    }

    [Fact]
    public void Masks_FillSelectScatter()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new double[] { 1, 2, 3, 4 });
        var mask = tensor(new[] { true, false, true, false });
        Expect.Close([-1, 2, -1, 4], x.masked_fill(mask, -1));
        Expect.Close([1, 3], x.masked_select(mask));
        Expect.Close([8, 2, 9, 4], x.masked_scatter(mask, tensor(new double[] { 8, 9 })));
        Expect.Close([double.NegativeInfinity, 2, double.NegativeInfinity, 4], x.clone().masked_fill_(mask, double.NegativeInfinity));
        Expect.Close([8, 2, 9, 4], x.masked_scatter_(mask, tensor(new double[] { 8, 9 })));
        Gradient.Check(inputs => inputs[0].masked_fill(mask, 5), 1e-5, Expect.Normal(1, 4));
    }

    [Fact]
    public void Where_Condition_Chooses()
    {
        using var scope = NewDisposeScope();
        Tensor condition = tensor(new[] { true, false }), x = tensor(new double[] { 1, 2 }), y = tensor(new double[] { 3, 4 });
        Expect.Close([1, 4], where(condition, x, y));
        Expect.Close([1, 4], x.where(condition, y));
        var places = where(tensor(new[] { true, false, false, true }).view(2, 2));
        Expect.Close([0, 1], places[0]);
        Expect.Close([0, 1], places[1]);
    }

    [Fact]
    public void Nonzero_Coordinates_RowByRow()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new double[] { 0, 5, 0, 7 }).view(2, 2);
        Expect.Close([0, 1, 1, 1], x.nonzero());
        Expect.Close([5, 7], x.take(tensor(new long[] { 1, 3 })));
    }

    [Fact]
    public void Indexer_NumbersAndSlices_AreViews()
    {
        using var scope = NewDisposeScope();
        var x = arange(24).view(2, 3, 4);
        Expect.Close([12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23], x[1]);
        Expect.Close([16, 17, 18, 19], x[1, 1]);
        Assert.Equal(18, x[1, 1, 2].item<long>());
        Assert.Equal(23, x[-1, -1, -1].item<long>());
        Expect.Close([1, 2, 13, 14], x[TensorIndex.Colon, TensorIndex.Single(0), TensorIndex.Slice(1, 3)]);
        Expect.Close([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22], x[TensorIndex.Ellipsis, TensorIndex.Slice(step: 2)]);
        Expect.Close([3, 7, 11, 15, 19, 23], x[TensorIndex.Ellipsis, TensorIndex.Single(-1)]);
        Expect.Shape(x[TensorIndex.Null, TensorIndex.Ellipsis], 1, 2, 3, 4);
        Expect.Shape(x[.., 1..3], 2, 2, 4);
        Expect.Close([22, 23], x[1, 2][2..]);
        x[0].fill_(-1);
        Assert.Equal(-12, x[0].sum().item<long>());
    }

    [Fact]
    public void Indexer_TensorsAndMasks_Copy()
    {
        using var scope = NewDisposeScope();
        var x = arange(12).view(3, 4);
        Tensor rows = tensor(new long[] { 2, 0 }), columns = tensor(new long[] { 1, 3 });
        Expect.Close([9, 3], x[rows, columns]);
        Expect.Close([8, 9, 10, 11, 0, 1, 2, 3], x[TensorIndex.Tensor(rows)]);
        Expect.Close([1, 3, 5, 7, 9, 11], x[TensorIndex.Colon, TensorIndex.Tensor(columns)]);
        Expect.Close([10, 2], x[TensorIndex.Tensor(rows), TensorIndex.Single(2)]);
        Expect.Close([9, 10, 11], x[TensorIndex.Tensor(x > 8)]);
        Expect.Close([9, 3], x.index(rows, columns));
    }

    [Fact]
    public void Indexer_Assignment_WritesThere()
    {
        using var scope = NewDisposeScope();
        var x = zeros(3, 4, dtype: ScalarType.Int64);
        x[0] = ones(4, dtype: ScalarType.Int64);
        x[1, 2] = tensor(5L);
        x[TensorIndex.Colon, TensorIndex.Single(0)] = tensor(new long[] { 7, 8, 9 });
        Expect.Close([7, 1, 1, 1, 8, 0, 5, 0, 9, 0, 0, 0], x);
        x[x > 6] = tensor(0L);
        Expect.Close([0, 1, 1, 1, 0, 0, 5, 0, 0, 0, 0, 0], x);
    }

    [Fact]
    public void IndexPut_Accumulate_AddsUp()
    {
        using var scope = NewDisposeScope();
        var x = zeros(3, dtype: ScalarType.Float64);
        var index = tensor(new long[] { 1, 1, 2 });
        Assert.Same(x, x.index_put_(tensor(new double[] { 1, 2, 3 }), [TensorIndex.Tensor(index)], accumulate: true));
        Expect.Close([0, 3, 3], x);
        x.index_put_(9, TensorIndex.Single(0));
        Expect.Close([9, 3, 3], x);
        x.index_put_(tensor(new double[] { 4, 4, 5 }), index);
        Expect.Close([9, 4, 5], x);
    }
}
