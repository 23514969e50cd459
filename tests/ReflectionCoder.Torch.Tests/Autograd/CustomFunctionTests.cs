using ReflectionCoder.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Autograd;

public class CustomFunctionTests
{
    [Fact]
    public void Apply_TensorsAndNumbers_GradientsAreBackwards()
    {
        using var scope = NewDisposeScope();
        Tensor x = Expect.Normal(1, 3, 4).requires_grad_(), y = Expect.Normal(2, 3, 4).requires_grad_();
        var result = ScaledSine.apply(x, 2.0, y);
        Expect.Close(x.sin() * y * 2, result);
        Assert.False(result.is_leaf);
        (result * 3).sum().backward();
        Expect.Close(x.cos() * y * 6, x.grad!);
        Expect.Close(x.sin() * 6, y.grad!);
        Gradient.Check(i => ScaledSine.apply(i[0], 0.7, i[1]), 1e-5, Expect.Normal(3, 2, 2), Expect.Normal(4, 2, 2));
    }

    [Fact]
    public void Apply_WithoutGradients_HasNoGraph()
    {
        using var scope = NewDisposeScope();
        Tensor x = Expect.Normal(1, 2), y = Expect.Normal(2, 2);
        Assert.False(ScaledSine.apply(x, 1.0, y).requires_grad);
        x.requires_grad_();
        Assert.True(ScaledSine.apply(x, 1.0, y).requires_grad);
        using (no_grad()) Assert.False(ScaledSine.apply(x, 1.0, y).requires_grad);
    }

    [Fact]
    public void Apply_SavedOutput_IsThereInBackward()
    {
        using var scope = NewDisposeScope();
        var x = Expect.Normal(1, 4).requires_grad_();
        ExpThroughOutput.apply(x).sum().backward();
        Expect.Close(x.exp(), x.grad!);
    }

    [Fact]
    public void Apply_InAChain_GradientsFlowThrough()
    {
        using var scope = NewDisposeScope();
        var x = Expect.Normal(1, 4).requires_grad_();
        ExpThroughOutput.apply(x.square()).log().sum().backward();
        Expect.Close(x * 2, x.grad!);
    }

    [Fact]
    public void MultiTensor_UnusedOutput_GetsZeros()
    {
        using var scope = NewDisposeScope();
        var x = Expect.Normal(1, 4).requires_grad_();
        var outputs = SumAndSquare.apply(x);
        Assert.Equal(2, outputs.Count);
        (outputs[1] * 5).sum().backward();
        Expect.Close(x * 10, x.grad!);
    }

    [Fact]
    public void MultiTensor_WithoutZeros_GetsInvalidTensors_AndConstantsHaveNoGradient()
    {
        using var scope = NewDisposeScope();
        var x = Expect.Normal(1, 4).requires_grad_();
        var outputs = MaxAndPlace.apply(x);
        Assert.True(outputs[0].requires_grad);
        Assert.False(outputs[1].requires_grad);
        (outputs[0] * 2).backward();
        Expect.Close(nn.functional.one_hot(x.argmax(), 4).to(ScalarType.Float64) * 2, x.grad!);
    }

    [Fact]
    public void MarkDirty_InputChangedInPlace_CarriesTheGradient()
    {
        using var scope = NewDisposeScope();
        var x = Expect.Normal(1, 4).requires_grad_();
        var y = x * 1;
        var z = DoubleInPlace.apply(y);
        Expect.Close(x * 2, y);
        (z * 3).sum().backward();
        Expect.Close([6, 6, 6, 6], x.grad!);
    }

    [SkippableFact]
    public void Backward_Throws_TheErrorComesOut()
    {
        Skip.IfNot(typeof(torch).Assembly.GetName().Name == "ReflectionCoder.Compat.TorchSharp", "the package ends the process here");
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        var error = Assert.ThrowsAny<Exception>(() => Failing.apply(x).sum().backward());
        Assert.Contains("no derivative today", error.Message);
        var loss = ScaledSine.apply(x, 1.0, x).sum();
        loss.backward(retain_graph: true);
        loss.backward();
        Assert.Contains("second time", Assert.ThrowsAny<Exception>(() => loss.backward()).Message);
    }

    [Fact]
    public void Context_AfterManySteps_NothingStaysAlive()
    {
        var live = Run();
        for (var k = 0; k < 5; k++) Assert.Equal(live, Run());

        static long Run()
        {
            using (NewDisposeScope())
            {
                var x = ones(3, requires_grad: true);
                ScaledSine.apply(x, 1.0, x * 2).sum().backward();
            }
            return Expect.LiveTensors();
        }
    }

    private sealed class ScaledSine : autograd.SingleTensorFunction<ScaledSine>
    {
        public override string Name => nameof(ScaledSine);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            Tensor x = (Tensor)vars[0], y = (Tensor)vars[2];
            ctx.save_for_backward([x, y]);
            ctx.save_data("scale", vars[1]);
            return x.sin() * y * (double)vars[1];
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var saved = ctx.get_saved_variables();
            var scale = (double)ctx.get_data("scale");
            return [grad_output * saved[0].cos() * saved[1] * scale, null!, grad_output * saved[0].sin() * scale];
        }
    }

    private sealed class ExpThroughOutput : autograd.SingleTensorFunction<ExpThroughOutput>
    {
        public override string Name => nameof(ExpThroughOutput);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var result = ((Tensor)vars[0]).exp();
            ctx.save_for_backward([result]);
            return result;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => [grad_output * ctx.get_saved_variables()[0]];
    }

    private sealed class MaxAndPlace : autograd.MultiTensorFunction<MaxAndPlace>
    {
        public override string Name => nameof(MaxAndPlace);

        public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var x = (Tensor)vars[0];
            var (value, place) = x.max(0);
            ctx.save_data("shape", x.shape);
            ctx.save_for_backward([place]);
            ctx.mark_non_differentiable([place]);
            ctx.set_materialize_grads(false);
            Assert.False(ctx.MaterializeGrads);
            return [value, place];
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
        {
            Assert.True(grad_outputs[1].IsInvalid);
            var place = ctx.get_saved_variables()[0];
            return [zeros((long[])ctx.get_data("shape"), ScalarType.Float64).scatter_(0, place.unsqueeze(0), grad_outputs[0].unsqueeze(0))];
        }
    }

    private sealed class DoubleInPlace : autograd.SingleTensorFunction<DoubleInPlace>
    {
        public override string Name => nameof(DoubleInPlace);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var x = (Tensor)vars[0];
            ctx.mark_dirty([x.mul_(2)]);
            return x;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => [grad_output * 2];
    }

    private sealed class Failing : autograd.SingleTensorFunction<Failing>
    {
        public override string Name => nameof(Failing);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => ((Tensor)vars[0]).clone();

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => throw new InvalidDataException("no derivative today");
    }

    private sealed class SumAndSquare : autograd.MultiTensorFunction<SumAndSquare>
    {
        public override string Name => nameof(SumAndSquare);

        public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var x = (Tensor)vars[0];
            ctx.save_for_backward([x]);
            return [x + x, x * x];
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
        {
            Expect.Close(zeros_like(grad_outputs[0]), grad_outputs[0]);
            return [(grad_outputs[0] * 2) + (grad_outputs[1] * ctx.get_saved_variables()[0] * 2)];
        }
    }
}
