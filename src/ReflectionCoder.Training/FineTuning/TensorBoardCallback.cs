using TorchSharp.Modules;
using static TorchSharp.torch.utils.tensorboard;

namespace ReflectionCoder.FineTuning;

/// <summary>
/// Writes the numbers of each step as TensorBoard events, under Hugging Face's names: <c>train/loss</c>, <c>train/ce</c>, <c>train/kl</c>,
/// <c>train/mask_rate</c>, <c>train/learning_rate</c>, <c>train/grad_norm</c>, <c>train/epoch</c>, <c>train/tokens_per_second</c>,
/// <c>train/…</c> for additional terms of your own loss and for metrics of callbacks, and <c>eval/…</c> for metrics whose names begin with
/// <c>eval_</c>, such as those of <see cref="EvaluationCallback"/>.
/// </summary>
/// <remarks>
/// In <see cref="FineTuningOptions.Callbacks"/> it must stand after the callbacks whose metrics it is to write. Each session of a resumed
/// run adds a file to the folder.
/// </remarks>
/// <param name="directory">The folder for the event files; made when training begins.</param>
public sealed class TensorBoardCallback(string directory) : ITrainerCallback
{
    private const string EvaluationPrefix = "eval_";

    private SummaryWriter? writer;

    /// <inheritdoc/>
    public void OnTrainBegin(TrainerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        writer = SummaryWriter(directory);
        AddMetrics(context.Metrics, context.Step);
    }

    /// <inheritdoc/>
    public void OnStepEnd(TrainerContext context, TrainingProgress progress)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(progress);
        Add("train/loss", progress.Loss, progress.Step);
        Add("train/ce", progress.CrossEntropy, progress.Step);
        Add("train/kl", progress.Divergence, progress.Step);
        foreach ((string name, double value) in progress.LossTerms)
        {
            Add($"train/{name}", value, progress.Step);
        }

        Add("train/mask_rate", progress.MaskRate, progress.Step);
        Add("train/learning_rate", progress.LearningRate, progress.Step);
        Add("train/grad_norm", progress.GradientNorm, progress.Step);
        Add("train/epoch", progress.Epoch, progress.Step);
        Add("train/tokens_per_second", progress.TokensPerSecond, progress.Step);
        AddMetrics(context.Metrics, progress.Step);
    }

    private void AddMetrics(IReadOnlyDictionary<string, double> metrics, long step)
    {
        foreach ((string name, double value) in metrics)
        {
            Add(
                name.StartsWith(EvaluationPrefix, StringComparison.Ordinal) ? $"eval/{name[EvaluationPrefix.Length..]}" : $"train/{name}",
                value,
                step
            );
        }
    }

    private void Add(string tag, double? value, long step)
    {
        if (value is { } number)
        {
            writer!.add_scalar(tag, (float)number, checked((int)step));
        }
    }
}
