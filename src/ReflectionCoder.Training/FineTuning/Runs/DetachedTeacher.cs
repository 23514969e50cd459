using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>
/// Computes teacher rows in a pass of their own, without gradients and without dropout: with the weights that are trained, or with their
/// running averages.
/// </summary>
/// <param name="averaging">Makes the optimizer that keeps the averages; null for a teacher with the weights as they are.</param>
internal sealed class DetachedTeacher(AveragingOptimizerFactory? averaging = null)
{
    /// <summary>Runs the pass.</summary>
    /// <returns>
    /// The hidden states that the input asks for, and the output projection [V, H] that belongs to them where it isn't the model's own.
    /// Both belong to the caller's dispose scope.
    /// </returns>
    public (Tensor Hidden, Tensor? OutputWeight) Compute(ICausalLanguageModel model, ModelInput input)
    {
        using IDisposable noGradient = no_grad();
        if (averaging is null)
        {
            return (HiddenStates.Compute(model, input), null);
        }

        using IDisposable lent = averaging.LendAverages();

        // A copy: the model gets its own weights back before the loss reads the projection. A pass may write into it too (adapters).
        Tensor hidden_NH = HiddenStates.Compute(model, input);
        return (hidden_NH, model.OutputWeight.detach().clone());
    }
}
