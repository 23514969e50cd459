using Microsoft.Extensions.Logging;
using ReflectionCoder.Configuration;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.FineTuning;

/// <summary>
/// Measures the model in training on validation samples before the first step, every so many steps, and after the last; the numbers go to
/// the step's metrics: <c>eval_nll</c> and <c>eval_nll_per_sample</c>, how well the final code is predicted from the last instruction
/// alone, and <c>eval_ce</c> and <c>eval_kl</c>, the terms of the distillation loss at a fixed mask rate; in nats.
/// </summary>
/// <remarks>It changes nothing: no gradients, generators of its own, the same samples give the same numbers.</remarks>
public sealed class EvaluationCallback : ITrainerCallback
{
    private readonly TrainingData data;
    private readonly CodeTokenizer tokenizer;
    private readonly EvaluationCallbackOptions options;

    /// <summary>Creates the callback.</summary>
    /// <param name="data">The validation samples.</param>
    /// <param name="tokenizer">The tokenizer of the samples.</param>
    /// <param name="options">The options; null for the defaults. Copied.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    public EvaluationCallback(TrainingData data, CodeTokenizer tokenizer, EvaluationCallbackOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(tokenizer);
        this.data = data;
        this.tokenizer = tokenizer;
        this.options = (options ?? new EvaluationCallbackOptions()) with { };
        this.options.Validate();
    }

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
        if (context.Step == context.MaxSteps || (options.EverySteps is { } interval && context.Step % interval == 0))
        {
            Measure(context);
        }
    }

    private void Measure(TrainerContext context)
    {
        ModelEvaluator evaluator = new(context.Model, tokenizer, options);
        OneOffResult oneOff;
        DistillationResult distillation;
        try
        {
            oneOff = evaluator.EvaluateOneOff(data, context.CancellationToken);
            distillation = evaluator.EvaluateDistillation(data, context.CancellationToken);
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            // The step counts all the same: the trainer writes its line and stops before the next one.
            return;
        }

        Add("eval_nll", oneOff.NllPerToken);
        Add("eval_nll_per_sample", oneOff.NllPerSample);
        Add("eval_ce", distillation.CrossEntropy);
        Add("eval_kl", distillation.Divergence);
        context.Options.Logger.LogInformation(
            "Validation after step {Step}: one-off nll {Nll:F4} a token, kl {Divergence:F4}.",
            context.Step,
            oneOff.NllPerToken,
            distillation.Divergence
        );

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
