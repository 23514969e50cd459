using System.Runtime.InteropServices;
using ReflectionCoder.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Autograd;

public class BackwardTests
{
    [Fact]
    public void Backward_Twice_Accumulates()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new double[] { 1, 2 }, requires_grad: true);
        Assert.Null(x.grad);
        x.square().sum().backward();
        Expect.Close([2, 4], x.grad!);
        x.square().sum().backward();
        Expect.Close([4, 8], x.grad!);
        x.grad!.zero_();
        Expect.Close([0, 0], x.grad!);
        x.grad = null;
        Assert.Null(x.grad);
        x.grad = tensor(new double[] { 7, 7 });
        Expect.Close([7, 7], x.grad!);
    }

    [Fact]
    public void Backward_Inputs_FillsOnlyThem()
    {
        using var scope = NewDisposeScope();
        Tensor x = ones(2, requires_grad: true), y = ones(2, requires_grad: true);
        (x * y).sum().backward(inputs: [x]);
        Assert.NotNull(x.grad);
        Assert.Null(y.grad);
    }

    [Fact]
    public void Backward_GradTensors_WeighTheOutputs()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new double[] { 1, 2 }, requires_grad: true);
        (x * 3).backward([tensor(new double[] { 10, 100 })]);
        Expect.Close([30, 300], x.grad!);
        autograd.backward(x * 2, tensor(new double[] { 1, 1 }));
        Expect.Close([32, 302], x.grad!);
    }

    [Fact]
    public void Backward_FreedGraph_ThrowsUnlessRetained()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        var loss = x.square().sum();
        loss.backward(retain_graph: true);
        loss.backward();
        Expect.Close([4, 4], x.grad!);
        Assert.Throws<ExternalException>(() => loss.backward());
    }

    [Fact]
    public void Backward_NotAScalarOrNoGraph_Throws()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        Assert.Throws<ExternalException>(() => (x * 2).backward());
        Assert.Throws<ExternalException>(() => ones(1).sum().backward());
    }

    [Fact]
    public void Grad_LeavesDotGradAlone()
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor(new double[] { 1, 2 }, requires_grad: true), y = tensor(new double[] { 3, 4 }, requires_grad: true);
        var gradients = autograd.grad([(x * y).sum()], [x, y]);
        Expect.Close([3, 4], gradients[0]);
        Expect.Close([1, 2], gradients[1]);
        Assert.Null(x.grad);
    }

    [Fact]
    public void Grad_CreateGraph_GivesSecondDerivatives()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new double[] { 2, 3 }, requires_grad: true);
        var first = autograd.grad([x.pow(3).sum()], [x], create_graph: true)[0];
        Expect.Close([12, 27], first);
        Expect.Close([12, 18], autograd.grad([first.sum()], [x])[0]);
    }

    [Fact]
    public void Grad_GradOutputs_WeighTheOutputs()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new double[] { 2, 3 }, requires_grad: true);
        Expect.Close([4, 60], autograd.grad([x.square()], [x], [tensor(new double[] { 1, 10 })])[0]);
    }

    [Fact]
    public void Detach_CutsTheGraph_AndSharesMemory()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new double[] { 2, 3 }, requires_grad: true);
        var cut = x.detach();
        Assert.False(cut.requires_grad);
        (x * cut).sum().backward();
        Expect.Close([2, 3], x.grad!);
        cut.fill_(9);
        Expect.Close([9, 9], x);
        var y = x * 2;
        Assert.False(y.detach_().requires_grad);
        Assert.True(zeros(1).with_requires_grad().requires_grad);
    }

    [Fact]
    public void InPlace_OnALeafThatRequiresGrad_Throws()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        Assert.Throws<ExternalException>(() => x.add_(1));
        using (no_grad()) x.add_(1);
        Expect.Close([2, 2], x);
        Assert.True(x.requires_grad);
    }

    [Fact]
    public void InPlace_OnASavedTensor_IsFoundInBackward()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        var y = x.exp();
        var loss = (y * y).sum();
        using (no_grad()) y.mul_(2);
        Assert.Throws<ExternalException>(() => loss.backward());
    }

    [Fact]
    public void RequiresGrad_NotALeaf_CannotBeTurnedOff()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        var y = x * 2;
        Assert.True(x.is_leaf);
        Assert.False(y.is_leaf);
        y.requires_grad = false;
        Assert.True(y.requires_grad);
        Assert.Throws<ExternalException>(() => tensor(new long[] { 1 }).requires_grad = true);
    }

    [Fact]
    public void RetainGrad_KeepsAnInnerGradient()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        var y = x * 2;
        y.retain_grad();
        (y * 3).sum().backward();
        Expect.Close([3, 3], y.grad!);
    }

    [Fact]
    public void GradMode_NestsAndBelongsToTheThread()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        Assert.True(is_grad_enabled());
        using (no_grad())
        {
            Assert.False(is_grad_enabled());
            Assert.False((x * 2).requires_grad);
            using (enable_grad()) Assert.True((x * 2).requires_grad);
            using (set_grad_enabled(false)) Assert.False(is_grad_enabled());
            Assert.False(is_grad_enabled());
            var elsewhere = false;
            var thread = new Thread(() => elsewhere = is_grad_enabled());
            thread.Start();
            thread.Join();
            Assert.True(elsewhere);
        }
        Assert.True(is_grad_enabled());
    }

    [Fact]
    public void InferenceMode_MakesNoGraph()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        using (inference_mode())
        {
            Assert.True(is_inference_mode_enabled());
            Assert.False((x * 2).requires_grad);
        }
        Assert.False(is_inference_mode_enabled());
        Assert.True((x * 2).requires_grad);
    }

    [Fact]
    public void AdamStep_HandWritten_EqualsTheFormula()
    {
        using var scope = NewDisposeScope();
        var weight = Expect.Normal(1, 6).requires_grad_();
        Tensor m = zeros_like(weight), v = zeros_like(weight);
        double[] w = Expect.Values(weight), first = new double[6], second = new double[6];
        for (var step = 1; step <= 3; step++)
        {
            weight.sin().sum().backward();
            var g = Array.ConvertAll(w, Math.Cos);
            using (no_grad())
            {
                var grad = weight.grad!;
                m.mul_(0.9).add_(grad, 0.1);
                v.mul_(0.999).addcmul_(grad, grad, 0.001);
                var denominator = (v / (1 - Math.Pow(0.999, step))).sqrt_().add_(1e-8);
                weight.mul_(1 - (0.01 * 0.1)).addcdiv_(m, denominator, -0.01 / (1 - Math.Pow(0.9, step)));
                grad.zero_();
            }
            for (var k = 0; k < 6; k++)
            {
                first[k] = (0.9 * first[k]) + (0.1 * g[k]);
                second[k] = (0.999 * second[k]) + (0.001 * g[k] * g[k]);
                var hat = first[k] / (1 - Math.Pow(0.9, step));
                w[k] = (w[k] * (1 - (0.01 * 0.1))) - (0.01 * hat / (Math.Sqrt(second[k] / (1 - Math.Pow(0.999, step))) + 1e-8));
            }
            Expect.Close(w, weight);
        }
    }
}
