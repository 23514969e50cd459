using Microsoft.Extensions.Logging;
using ReflectionCoder.Configuration;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.FineTuning;

/// <summary>
/// Measures the model on validation samples during training: before the first step, after every
/// <see cref="EvaluationCallbackOptions.EverySteps"/> steps, and after the last.
/// </summary>
/// <remarks>
/// <para>The numbers go to the step's metrics, in nats. <c>eval_nll</c> (mean of a token) and <c>eval_nll_per_sample</c> are the negative
/// log-likelihood of the final code when the model sees only the last instruction; <c>eval_teacher_nll</c> is that of a token when it sees
/// the reflection sequence too, so their difference is what there is to distil. <c>eval_ce</c> and <c>eval_kl</c> are the terms of the
/// distillation loss at a fixed mask rate. A number that can't be computed is left out, such as <c>eval_kl</c> without reflection
/// samples.</para>
/// <para>Measuring doesn't influence training: it computes no gradients and has random generators of its own. Equal weights and samples
/// give equal numbers. A resumed run isn't measured before its first step, because the run before did that.</para>
/// </remarks>
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
        FinalCodeResult oneOff;
        FinalCodeResult teacher;
        DistillationResult distillation;
        try
        {
            oneOff = evaluator.EvaluateOneOff(data, context.CancellationToken);
            teacher = evaluator.EvaluateTeacher(data, context.CancellationToken);
            distillation = evaluator.EvaluateDistillation(data, context.CancellationToken);
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            // The step is done, so it keeps its line in the metrics, without these numbers. The run stops before the next step.
            return;
        }

        Add("eval_nll", oneOff.NllPerToken);
        Add("eval_nll_per_sample", oneOff.NllPerSample);
        Add("eval_teacher_nll", teacher.NllPerToken);
        Add("eval_ce", distillation.CrossEntropy);
        Add("eval_kl", distillation.Divergence);
        context.Options.Logger.LogInformation(
            "Validation after step {Step}: one-off nll {Nll:F4} a token, kl {Divergence:F4}.",
            context.Step,
            oneOff.NllPerToken,
            distillation.Divergence
        );

        // Without reflection samples there is no divergence (NaN), and a broken model may give no finite likelihood.
        void Add(string name, double value)
        {
            if (double.IsFinite(value))
            {
                context.AddMetric(name, value);
            }
        }
    }
}
