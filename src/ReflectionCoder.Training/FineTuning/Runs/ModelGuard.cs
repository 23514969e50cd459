using ReflectionCoder.Modeling;
using TorchSharp;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>Finds out before the first step whether a host's own model lists its weights as a run needs them.</summary>
internal static class ModelGuard
{
    /// <exception cref="InvalidOperationException">A weight would not be trained or saved; the message names it.</exception>
    public static void Check(ICausalLanguageModel model)
    {
        string name = model.GetType().Name;
        if (!model.Parameters.Values.Any(weight => ReferenceEquals(weight, model.OutputWeight)))
        {
            throw new InvalidOperationException(
                $"{name}.{nameof(model.OutputWeight)} is none of its {nameof(model.Parameters)}, so it would be neither trained nor saved."
            );
        }

        foreach ((string parameter, torch.Tensor weight) in model.TrainableParameters)
        {
            if (!weight.requires_grad || !weight.is_leaf)
            {
                throw new InvalidOperationException(
                    $"{name}.{nameof(model.TrainableParameters)} holds {parameter}, which is no leaf that requires gradients; "
                        + "call requires_grad_(true) on it, outside autograd."
                );
            }
        }
    }
}
