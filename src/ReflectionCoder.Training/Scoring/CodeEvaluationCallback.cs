using System.Diagnostics;
using Microsoft.Extensions.Logging;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Configuration;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Scoring;

/// <summary>
/// Lets the model solve problems during training, runs its answers in a sandbox, and keeps the model that solves most: before the first
/// step, after every <see cref="CodeEvaluationCallbackOptions.EverySteps"/> steps, and after the last.
/// </summary>
/// <remarks>
/// <para>The numbers go to the step's metrics. <c>eval_pass_at_1</c> is the share of problems solved, from 0 to 1.
/// <c>eval_answers</c>, <c>eval_passed</c>, <c>eval_timed_out</c> and <c>eval_not_judged</c> count answers: all of them, those that passed,
/// those that reached a time limit, and those that the sandbox failed to judge. One that wasn't judged counts as not passed.</para>
/// <para>The model with the highest pass@1 is kept in <c>best</c> in the output directory (<see cref="BestCheckpoint"/>). It is replaced
/// only by one with a higher pass@1, also in a resumed run. The model before the first step isn't a candidate.</para>
/// <para>Measuring doesn't influence training: it computes no gradients and no dropout, and has random generators of its own. Training
/// waits meanwhile. The model answers on the training thread; then the answers are tested in the sandbox.</para>
/// <para>Whether the sandbox works is checked before the first step. If an evaluation after a step fails all the same, because the sandbox
/// can't be used any more or the best model can't be written, the log gets a warning and training goes on: the numbers are missing, and
/// the former best stays. If a run is cancelled during an evaluation, the step keeps its line in the metrics without these numbers, and a
/// resumed run doesn't make up for them.</para>
/// <para>Can serve several runs, one after another. The sandbox belongs to the caller, who disposes it after the run.</para>
/// </remarks>
public sealed class CodeEvaluationCallback : ITrainerCallback
{
    private readonly CodeTokenizer tokenizer;
    private readonly CodeEvaluationCallbackOptions options;
    private readonly ProblemScorer scorer;
    private BestCheckpoint? best;

    /// <summary>Creates the callback.</summary>
    /// <param name="sandbox">Runs the answers.</param>
    /// <param name="tokenizer">The tokenizer of the model that is trained; saved beside the best model.</param>
    /// <param name="options">The options; copied.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    public CodeEvaluationCallback(ICodeSandbox sandbox, CodeTokenizer tokenizer, CodeEvaluationCallbackOptions options)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        this.tokenizer = tokenizer;
        this.options = options with { };
        scorer = new ProblemScorer(
            [.. options.Problems.Take(options.MaxProblems ?? int.MaxValue)],
            sandbox,
            tokenizer,
            options.Generation with
            { },
            options.Evaluator with
            { }
        );
    }

    /// <summary>Checks that the sandbox works, and finds the best model of the run that is resumed. Evaluates a new run.</summary>
    /// <param name="context">The run.</param>
    /// <exception cref="SandboxUnavailableException">The sandbox can't test answers.</exception>
    /// <exception cref="CheckpointException">
    /// The best model so far was found with other problems or other options, or its <c>best.json</c> is damaged. Where
    /// <see cref="CodeEvaluationCallbackOptions.KeepBest"/> is false, this isn't checked.
    /// </exception>
    public void OnTrainBegin(TrainerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        best = options.KeepBest ? FindBest(context) : null;
        try
        {
            scorer.RequireSandbox(context.CancellationToken);
            if (!context.Resumed && options.AtStart)
            {
                _ = Measure(context);
            }
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            // The run stops before its first step.
        }
    }

    /// <inheritdoc/>
    public void OnStepEnd(TrainerContext context, TrainingProgress progress)
    {
        ArgumentNullException.ThrowIfNull(context);
        bool isDue = options.EverySteps is { } interval && context.Step % interval == 0;
        if (!isDue && !(options.AtEnd && context.Step == context.MaxSteps))
        {
            return;
        }

        try
        {
            if (Measure(context) is { } score && options.KeepBest && !(score <= best?.Score))
            {
                Keep(context, score);
            }
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            // The step is done, so it keeps its line in the metrics, without these numbers. The run stops before the next step.
        }
        catch (Exception exception)
            when (exception is SandboxUnavailableException or IOException or UnauthorizedAccessException or FormatException)
        {
            // Hours of training are worth more than one of its measurements.
            context.Options.Logger.LogWarning(
                exception,
                "The evaluation after step {Step} failed; training goes on. {Reason}",
                context.Step,
                exception.Message
            );
        }
    }

    /// <summary>Measures, and tells metrics and log.</summary>
    /// <returns>pass@1; null if the sandbox judged no answer, which says nothing about the model.</returns>
    private double? Measure(TrainerContext context)
    {
        long started = Stopwatch.GetTimestamp();
        ProblemScore score = scorer.Score(context.Model, context.CancellationToken);
        context.AddMetric("eval_answers", score.Answers);
        context.AddMetric("eval_passed", score.Passed);
        context.AddMetric("eval_timed_out", score.TimedOut);
        context.AddMetric("eval_not_judged", score.NotJudged);
        if (score.NotJudged > 0)
        {
            context.Options.Logger.LogWarning(
                "After step {Step} the sandbox could not judge {NotJudged} of {Answers} answers; they count as not passed.",
                context.Step,
                score.NotJudged,
                score.Answers
            );
        }

        if (score.NotJudged == score.Answers)
        {
            return null;
        }

        context.AddMetric("eval_pass_at_1", score.PassAt1);
        context.Options.Logger.LogInformation(
            "Problems after step {Step}: pass@1 {PassAt1:F4}; {Passed} of {Answers} answers passed, {TimedOut} reached a time limit. It "
                + "took {Seconds:F1} s.",
            context.Step,
            score.PassAt1,
            score.Passed,
            score.Answers,
            score.TimedOut,
            Stopwatch.GetElapsedTime(started).TotalSeconds
        );
        return score.PassAt1;
    }

    private void Keep(TrainerContext context, double score)
    {
        best = BestCheckpoint.Write(
            context.Options.OutputDirectory,
            context.Step,
            score,
            scorer.Measure,
            folder => PretrainedFiles.Write(folder, context.Model, tokenizer, context.Options.MaxShardSize)
        );
        context.Options.Logger.LogInformation(
            "Step {Step} is the best so far, with pass@1 {PassAt1:F4}. Saved {Directory}.",
            context.Step,
            score,
            best.Directory
        );
    }

    /// <summary>The best model of the sessions before. A new run has none: a former run's is removed before the first step.</summary>
    private BestCheckpoint? FindBest(TrainerContext context)
    {
        // A run that was killed before its first checkpoint may have a best model. Then Resume starts from the beginning.
        if (!context.Resumed && !context.Options.Resume)
        {
            return null;
        }

        BestCheckpoint? found = BestCheckpoint.Find(context.Options.OutputDirectory);
        return found is null || found.Measure == scorer.Measure
            ? found
            : throw new CheckpointException(
                $"{found.Directory} was found best with other problems or options, so its score can't be compared: evaluate as before, or "
                    + "move that folder away."
            )
            {
                Directory = found.Directory,
            };
    }
}
