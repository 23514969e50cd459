using Microsoft.Extensions.Logging;

namespace ReflectionCoder.FineTuning;

/// <summary>
/// Measures the model on validation samples before the first step, every so many steps, and after the last; the numbers go to the step's
/// metrics as <c>eval_nll</c>, <c>eval_nll_per_sample</c>, <c>eval_ce</c> and <c>eval_kl</c>.
/// </summary>
/// <param name="evaluator">Measures; its model must be the one in training.</param>
/// <param name="data">The validation samples.</param>
/// <param name="everySteps">Optimizer steps between measurements, at least 1; null for the start and the end alone.</param>
public sealed class EvaluationCallback(ModelEvaluator evaluator, TrainingData data, long? everySteps = null) : ITrainerCallback
{
    /// <inheritdoc/>
    public void OnTrainBegin(TrainerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!context.Resumed)
        {
            Measure(context);
        }
    }

    /// <inheritdoc/>
    public void OnStepEnd(TrainerContext context, TrainingProgress progress)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Step == context.MaxSteps || (everySteps is { } interval && context.Step % interval == 0))
        {
            Measure(context);
        }
    }

    private void Measure(TrainerContext context)
    {
        OneOffResult oneOff = evaluator.EvaluateOneOff(data);
        DistillationResult distillation = evaluator.EvaluateDistillation(data);
        Add("eval_nll", oneOff.NllPerToken);
        Add("eval_nll_per_sample", oneOff.NllPerSample);
        Add("eval_ce", distillation.CrossEntropy);
        Add("eval_kl", distillation.Divergence);
        context.Options.Logger.LogInformation(
            "Validation after step {Step}: one-off nll {Nll:F4} a token, kl {Divergence:F4}.", context.Step, oneOff.NllPerToken, distillation.Divergence);

        // A set without reflection samples has no divergence, a broken model no likelihood: no number is written for them.
        void Add(string name, double value)
        {
            if (double.IsFinite(value))
            {
                context.AddMetric(name, value);
            }
        }
    }
}
