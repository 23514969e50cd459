using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling;

/// <summary>
/// A decoder layer that keeps only its input for backward, and computes the rest again there (activation checkpointing, arXiv 1604.06174).
/// </summary>
/// <remarks>
/// The second run adds the weights' gradients itself, so for autograd the layer is a function of its input alone. The only random numbers
/// of a layer are those of dropout, whose seed is in the context, so the second run equals the first to the bit.
/// </remarks>
internal sealed class CheckpointedLayer : autograd.SingleTensorFunction<CheckpointedLayer>
{
    public override string Name => nameof(CheckpointedLayer);

    /// <summary>The layer's output, [N, H].</summary>
    internal static Tensor Apply(DecoderLayer layer, Tensor hidden_NH, DecoderContext context) => apply(hidden_NH, layer, context);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        (Tensor hidden_NH, DecoderLayer layer, DecoderContext context) = ((Tensor)vars[0], (DecoderLayer)vars[1], (DecoderContext)vars[2]);
        ctx.save_for_backward(context is { Cos_ND: { } cos_ND, Sin_ND: { } sin_ND } ? [hidden_NH, cos_ND, sin_ND] : [hidden_NH]);
        ctx.save_data(nameof(DecoderLayer), layer);
        ctx.save_data(nameof(DecoderContext), context);
        return layer.Forward(hidden_NH, context);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> saved = ctx.get_saved_variables();
        var layer = (DecoderLayer)ctx.get_data(nameof(DecoderLayer));
        var context = (DecoderContext)ctx.get_data(nameof(DecoderContext));
        if (saved.Count > 1)
        {
            context = context with { Cos_ND = saved[1], Sin_ND = saved[2] };
        }

        Tensor gradient_NH = Recomputation.Gradients([saved[0]], grad_output, inputs => layer.Forward(inputs[0], context))[0];
        return [gradient_NH.MoveToOuterDisposeScope(), null!, null!];
    }
}
