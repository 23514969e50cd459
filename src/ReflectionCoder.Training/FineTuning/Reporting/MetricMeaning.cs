using ReflectionCoder.FineTuning.Runs;

namespace ReflectionCoder.FineTuning.Reporting;

/// <summary>What a metric is, for people.</summary>
/// <param name="Name">The field of the metrics file.</param>
/// <param name="Title">The same in words.</param>
/// <param name="Unit">What its axis measures.</param>
/// <param name="Sentence">What it means, in a sentence or two.</param>
/// <param name="IsAveraged">
/// Whether a long curve shows means: for numbers that scatter from step to step with the samples, so that the trend can be seen. The others
/// keep their extremes.
/// </param>
internal sealed record MetricMeaning(string Name, string Title, string Unit, string Sentence, bool IsAveraged = false)
{
    /// <summary>The names of validation metrics begin with it.</summary>
    private const string ValidationPrefix = "eval_";

    private const string Nats = "nats";

    /// <summary>The loss of a step, whose first and last value a report tells beside the validation metrics.</summary>
    public const string Loss = "loss";

    private static readonly MetricMeaning[] Known =
    [
        new(
            "eval_nll",
            "Validation: one-off negative log-likelihood a token",
            Nats,
            "Negative log-likelihood of the final code when the model sees the last instruction alone: the mean of a token, in nats; lower "
                + "is better. Self-distillation is there to lower it. Models with different tokenizers can't be compared by it."
        ),
        new(
            "eval_teacher_nll",
            "Validation: the teacher's negative log-likelihood a token",
            Nats,
            "Negative log-likelihood of the final code when the model sees the reflection sequence too: the mean of a token, in nats. What "
                + "it is lower by than the one-off likelihood is what there is to distil."
        ),
        new(
            "eval_nll_per_sample",
            "Validation: one-off negative log-likelihood a sample",
            Nats,
            "Negative log-likelihood of the whole final code when the model sees the last instruction alone: the mean of a sample, in "
                + "nats; lower is better."
        ),
        new(
            "eval_kl",
            "Validation: KL divergence",
            Nats,
            "KL(teacher ‖ student) at a fixed mask rate, the mean of a position, in nats: how far the prediction without the hidden part "
                + "of the reflection is from the one with it; 0 where both are the same. An untrained model has a small one, too, because "
                + "the reflection doesn't help it yet."
        ),
        new(
            "eval_ce",
            "Validation: cross entropy",
            Nats,
            "Cross entropy of the reflection samples at a fixed mask rate, teacher and student halves together: the mean of a label, in "
                + "nats; lower is better."
        ),
        new(
            "eval_pass_at_1",
            "Validation: pass@1",
            "share of problems",
            "Share of the held-out problems whose answers passed their tests in the sandbox, from 0 to 1; higher is better."
        ),
        new(
            Loss,
            "Loss",
            Nats,
            "What a step minimizes, in nats: cross entropy, plus KL divergence times its weight, plus terms of one's own. It is of the "
                + "step's own samples and mask rate. While more and more is hidden it may rise though the model gets better, so runs are "
                + "compared by validation metrics.",
            IsAveraged: true
        ),
        new(
            "ce",
            "Cross entropy",
            Nats,
            "Negative log-likelihood of the labels, the mean over the step's labels in teacher and student rows, in nats.",
            IsAveraged: true
        ),
        new(
            "kl",
            "KL divergence",
            Nats,
            "KL(teacher ‖ student), the mean over positions, in nats, before it is multiplied with its weight in the loss: how far the "
                + "student's distribution over the next token is from the teacher's. Steps with nothing to distil have none.",
            IsAveraged: true
        ),
        new(
            "mask_rate",
            "Mask rate",
            "share hidden",
            "Share of the reflections that was hidden from the student, from 0 to 1. Steps with nothing to distil have none.",
            IsAveraged: true
        ),
        new(
            "rollouts_passed",
            "Own answers that passed",
            "answers",
            "Of the answers that the model wrote for the step, those that passed their tests in the sandbox. An on-policy run draws other "
                + "tasks for each step, so it scatters.",
            IsAveraged: true
        ),
        new(
            "taught_tokens",
            "Own tokens that were taught",
            "tokens",
            "Tokens of the model's own answers that entered the divergence of the step: those of answers that failed, unless others are "
                + "taught too.",
            IsAveraged: true
        ),
        new("learning_rate", "Learning rate", "learning rate", "The factor of the step's update, as its schedule has it."),
        new(
            "grad_norm",
            "Gradient norm",
            "L2 norm",
            "The L2 norm of the whole gradient, before it is clipped. Peaks tell of unstable training, so "
                + "a long curve keeps the lowest and the highest value of each stretch of steps."
        ),
        new(
            "tokens_per_second",
            "Speed",
            "tokens a second",
            "Tokens of the step's samples, each counted once, by the seconds that the step took.",
            IsAveraged: true
        ),
    ];

    /// <summary>Whether it was measured on held-out data.</summary>
    public bool IsValidation => Name.StartsWith(ValidationPrefix, StringComparison.Ordinal);

    /// <summary>The metrics that a report of these runs shows: the library's in their order, then those of callbacks and losses.</summary>
    public static IReadOnlyList<MetricMeaning> Of(IReadOnlyList<RunMetrics> runs)
    {
        HashSet<string> measured = [.. runs.SelectMany(run => run.Values.Keys)];
        IEnumerable<string> others = runs.SelectMany(run => run.Values.Keys)
            .Distinct()
            .Where(name => !MetricsFile.Fields.Contains(name) && !Known.Any(known => known.Name == name));
        return [.. Known.Where(known => measured.Contains(known.Name)), .. others.Select(Other)];
    }

    private static MetricMeaning Other(string name) =>
        name.StartsWith(ValidationPrefix, StringComparison.Ordinal)
            ? new(
                name,
                $"Validation: {name[ValidationPrefix.Length..].Replace('_', ' ')}",
                name,
                $"What a callback measured during training as {name}."
            )
            : new(
                name,
                name,
                name,
                $"A term of the run's own loss, or what a callback or an on-policy run counted, by the name of {name}."
            );
}
