using System.Runtime.InteropServices;
using ReflectionCoder.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Operators;

public class ShapeTests
{
    private sealed record Case(Func<Tensor, Tensor> Run, long[] Shape, Func<int[], int[]> Source);

    // Each takes a tensor of shape [2, 3, 4]; Source says which input element lies at an output place.
    private static readonly Dictionary<string, Case> Cases = new()
    {
        ["transpose"] = new(x => x.transpose(0, 2), [4, 3, 2], p => [p[2], p[1], p[0]]),
        ["swapaxes"] = new(x => x.swapaxes(1, 2), [2, 4, 3], p => [p[0], p[2], p[1]]),
        ["permute"] = new(x => x.permute(2, 0, 1), [4, 2, 3], p => [p[1], p[2], p[0]]),
        ["permute list"] = new(x => x.permute(new List<long> { 1, 2, 0 }), [3, 4, 2], p => [p[2], p[0], p[1]]),
        ["movedim"] = new(x => x.movedim([0], [2]), [3, 4, 2], p => [p[2], p[0], p[1]]),
        ["mT"] = new(x => x.mT, [2, 4, 3], p => [p[0], p[2], p[1]]),
        ["T"] = new(x => x.T, [4, 3, 2], p => [p[2], p[1], p[0]]),
        ["unsqueeze"] = new(x => x.unsqueeze(1), [2, 1, 3, 4], p => [p[0], p[2], p[3]]),
        ["unsqueeze last"] = new(x => x.unsqueeze(-1), [2, 3, 4, 1], p => [p[0], p[1], p[2]]),
        ["squeeze"] = new(x => x.unsqueeze(0).squeeze(), [2, 3, 4], p => p),
        ["squeeze dim"] = new(x => x.unsqueeze(2).squeeze(2), [2, 3, 4], p => p),
        ["squeeze nothing"] = new(x => x.squeeze(0), [2, 3, 4], p => p),
        ["view"] = new(x => x.view(2, 12), [2, 12], p => [p[0], p[1] / 4, p[1] % 4]),
        ["view -1"] = new(x => x.view(-1, 2, 4), [3, 2, 4], p => Unravel((p[0] * 8) + (p[1] * 4) + p[2])),
        ["reshape"] = new(x => x.reshape(24), [24], p => Unravel(p[0])),
        ["reshape strided"] = new(x => x.transpose(1, 2).reshape(2, 12), [2, 12], p => [p[0], p[1] % 3, p[1] / 3]),
        ["flatten"] = new(x => x.flatten(), [24], p => Unravel(p[0])),
        ["flatten from"] = new(x => x.flatten(1), [2, 12], p => [p[0], p[1] / 4, p[1] % 4]),
        ["unflatten"] = new(x => x.unflatten(2, 2, 2), [2, 3, 2, 2], p => [p[0], p[1], (p[2] * 2) + p[3]]),
        ["ravel"] = new(x => x.ravel(), [24], p => Unravel(p[0])),
        ["expand"] = new(x => x.unsqueeze(0).expand(5, 2, 3, 4), [5, 2, 3, 4], p => [p[1], p[2], p[3]]),
        ["expand keep"] = new(x => x.unsqueeze(0).expand(new long[] { 5, -1, -1, -1 }), [5, 2, 3, 4], p => [p[1], p[2], p[3]]),
        ["broadcast_to"] = new(x => x.broadcast_to(5, 2, 3, 4), [5, 2, 3, 4], p => [p[1], p[2], p[3]]),
        ["repeat"] = new(x => x.repeat(1, 2, 3), [2, 6, 12], p => [p[0], p[1] % 3, p[2] % 4]),
        ["repeat_interleave"] = new(x => x.repeat_interleave(3, dim: 1), [2, 9, 4], p => [p[0], p[1] / 3, p[2]]),
        ["flip"] = new(x => x.flip(1), [2, 3, 4], p => [p[0], 2 - p[1], p[2]]),
        ["roll"] = new(x => x.roll(1, 2), [2, 3, 4], p => [p[0], p[1], (p[2] + 3) % 4]),
        ["narrow"] = new(x => x.narrow(2, 1, 2), [2, 3, 2], p => [p[0], p[1], p[2] + 1]),
        ["slice"] = new(x => x.slice(2, 0, 4, 2), [2, 3, 2], p => [p[0], p[1], p[2] * 2]),
        ["select"] = new(x => x.select(1, 2), [2, 4], p => [p[0], 2, p[1]]),
        ["select last"] = new(x => x.select(1, -1), [2, 4], p => [p[0], 2, p[1]]),
        ["contiguous"] = new(x => x.transpose(0, 1).contiguous(), [3, 2, 4], p => [p[1], p[0], p[2]]),
        ["clone"] = new(x => x.clone(), [2, 3, 4], p => p),
        ["chunk"] = new(x => x.chunk(2, 2)[1], [2, 3, 2], p => [p[0], p[1], p[2] + 2]),
        ["split size"] = new(x => x.split(2, 1)[1], [2, 1, 4], p => [p[0], 2, p[2]]),
        ["split sizes"] = new(x => x.split([1, 3], 2)[1], [2, 3, 3], p => [p[0], p[1], p[2] + 1]),
        ["unbind"] = new(x => x.unbind(1)[2], [2, 4], p => [p[0], 2, p[1]]),
        ["diagonal"] = new(x => x.diagonal(0, 1, 2), [2, 3], p => [p[0], p[1], p[1]]),
        ["as_strided"] = new(x => x.as_strided([3, 2], [4, 1], 1), [3, 2], p => Unravel((p[0] * 4) + p[1] + 1)),
        ["cat"] = new(x => cat([x, x], 1), [2, 6, 4], p => [p[0], p[1] % 3, p[2]]),
        ["stack"] = new(x => stack([x, x], 1), [2, 2, 3, 4], p => [p[0], p[2], p[3]]),
        ["tile"] = new(x => x.tile([2, 1, 1]), [4, 3, 4], p => [p[0] % 2, p[1], p[2]]),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Shape_EveryElement_ComesFromItsPlace(string name)
    {
        using var scope = NewDisposeScope();
        var c = Cases[name];
        var x = Expect.Normal(1, 2, 3, 4);
        var values = Expect.Values(x);
        var result = c.Run(x);
        Expect.Shape(result, c.Shape);
        Expect.Close([.. Places(c.Shape).Select(p => values[Ravel(c.Source(p))])], result);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Shape_Gradient_EqualsDifferences(string name)
    {
        using var x = Expect.Normal(2, 2, 3, 4);
        Gradient.Check(inputs => Cases[name].Run(inputs[0]), 1e-5, x);
    }

    [Fact]
    public void View_SharesMemory_ReshapeOfAStridedTensorDoesNot()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2, 3);
        x.view(6).fill_(1);
        Expect.Close([1, 1, 1, 1, 1, 1], x);
        x.transpose(0, 1).reshape(6).fill_(2);
        Expect.Close([1, 1, 1, 1, 1, 1], x);
        Assert.Throws<ExternalException>(() => x.transpose(0, 1).view(6));
    }

    [Fact]
    public void Triangles()
    {
        using var scope = NewDisposeScope();
        var x = ones(3, 3);
        Expect.Close([1, 0, 0, 1, 1, 0, 1, 1, 1], x.tril());
        Expect.Close([0, 1, 1, 0, 0, 1, 0, 0, 0], x.triu(1));
        Expect.Close([1, 1, 0, 1, 1, 1, 1, 1, 1], x.clone().tril_(1));
        Expect.Close([1, 1, 1, 0, 1, 1, 0, 0, 1], torch.triu(x));
        Expect.Close([1, 0, 0, 2], tensor(new double[] { 1, 2 }).diag());
    }

    [Fact]
    public void InPlace_ShapeChanges_KeepTheObject()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2, 3);
        Assert.Same(x, x.transpose_(0, 1));
        Expect.Shape(x, 3, 2);
        Expect.Shape(x.unsqueeze_(0), 1, 3, 2);
        Expect.Shape(x.squeeze_(0), 3, 2);
    }

    [Fact]
    public void Aliases_EqualTheirLongNames()
    {
        using var scope = NewDisposeScope();
        var x = Expect.Normal(3, 2, 3, 4);
        Expect.Close(x.transpose(0, 1), x.swapdims(0, 1));
        Expect.Close(x.movedim([0, 1], [2, 0]), x.moveaxis([0, 1], [2, 0]));
        Expect.Close(x.movedim([0], [2]), torch.moveaxis(x, 0, 2));
        Expect.Close(x.view(4, 6), x.view_as(zeros(4, 6)));
        Expect.Close(x.expand(5, 2, 3, 4), x.expand_as(zeros(5, 2, 3, 4)));
        Expect.Close(x[0].triu(1), x[0].clone().triu_(1));
        Expect.Close(x.roll([1L, 2L], [0L, 2L]), x.roll((1, 2), (0, 2)));
        Expect.Close(x.roll(1, 1), x.roll([1L], [1L]));
    }

    [Fact]
    public void RepeatInterleave_Counts_RepeatEachByItsOwn()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new long[] { 7, 8, 9 });
        Expect.Close([7, 9, 9, 9], x.repeat_interleave(tensor(new long[] { 1, 0, 3 })));
    }

    [Fact]
    public void Pieces_Lengths_CoverTheDimension()
    {
        using var scope = NewDisposeScope();
        var x = arange(7);
        Assert.Equal([3, 3, 1], x.split(3).Select(static p => p.shape[0]));
        Assert.Equal([2, 5], x.split([2L, 5L]).Select(static p => p.shape[0]));
        Assert.Equal([3, 3, 1], x.chunk(3).Select(static p => p.shape[0]));
        Assert.Equal(7, x.unbind().Length);
    }

    private static IEnumerable<int[]> Places(long[] shape)
    {
        var count = shape.Aggregate(1L, static (product, size) => product * size);
        for (var k = 0L; k < count; k++)
        {
            var place = new int[shape.Length];
            var rest = k;
            for (var d = shape.Length - 1; d >= 0; d--)
            {
                place[d] = (int)(rest % shape[d]);
                rest /= shape[d];
            }
            yield return place;
        }
    }

    private static int Ravel(int[] p) => (p[0] * 12) + (p[1] * 4) + p[2];

    private static int[] Unravel(int k) => [k / 12, k / 4 % 3, k % 4];
}
