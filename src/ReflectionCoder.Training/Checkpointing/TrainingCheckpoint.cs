using Microsoft.Extensions.Logging;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Checkpointing;

/// <summary>
/// A complete checkpoint in a folder: model and tokenizer files, the optimizer's state, and where the run stood. Immutable; it holds no
/// open file.
/// </summary>
public sealed class TrainingCheckpoint
{
    /// <summary>Name of the file with the optimizer's state.</summary>
    internal const string OptimizerFileName = "optimizer.safetensors";

    private TrainingCheckpoint(string directory, TrainerState state) => (Directory, State) = (directory, state);

    /// <summary>The checkpoint's folder.</summary>
    public string Directory { get; }

    /// <summary>Optimizer steps that were done when it was written.</summary>
    public long Step => State.Step;

    /// <summary>Where the run stood.</summary>
    internal TrainerState State { get; }

    /// <summary>
    /// Opens a checkpoint: reads the run's state, and checks that every file is there with its full length. Loads no
    /// tensor.
    /// </summary>
    /// <param name="directory">The checkpoint's folder.</param>
    /// <returns>The checkpoint.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="CheckpointException">The folder holds no checkpoint, an incomplete one, or one of another format.</exception>
    public static TrainingCheckpoint Open(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        TrainerState state = TrainerState.Load(directory);
        foreach ((string name, long length) in state.Files)
        {
            FileInfo file = new(Path.Combine(directory, name));
            if (!file.Exists || file.Length != length)
            {
                throw new CheckpointException($"{directory} is not whole: {name} has {(file.Exists ? file.Length : 0)} of {length} bytes.")
                {
                    Directory = directory,
                };
            }
        }

        return new TrainingCheckpoint(directory, state);
    }

    /// <summary>
    /// Finds the newest complete checkpoint of a run: the one that <c>FineTuningOptions.Resume</c> goes on from. Incomplete ones are
    /// skipped.
    /// </summary>
    /// <param name="outputDirectory">The run's output directory, with <c>checkpoint-N</c> folders; it need not exist.</param>
    /// <param name="logger">Gets a warning for each checkpoint that is skipped. The default value is null: no log.</param>
    /// <returns>The checkpoint, or null if there is none.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="CheckpointException">The newest one has an older format, which this version doesn't read.</exception>
    public static TrainingCheckpoint? FindLatest(string outputDirectory, ILogger? logger = null) =>
        new CheckpointStore(outputDirectory, logger).FindLatest();

    /// <summary>Writes the optimizer's state.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="optimizer">The optimizer.</param>
    internal static void WriteOptimizer(string directory, IOptimizer optimizer) =>
        SafetensorsFile.Write(Path.Combine(directory, OptimizerFileName), optimizer.GetState());

    /// <summary>
    /// Copies the checkpoint's weights into a model and its state into an optimizer. The weights come last, after names, shapes and types
    /// of both were checked and the optimizer has taken its state: a checkpoint that is refused changes no weight.
    /// </summary>
    /// <param name="model">A model of the same shape; what it holds is overwritten.</param>
    /// <param name="optimizer">The optimizer of that model.</param>
    /// <exception cref="CheckpointException">A tensor of the model is missing or has another shape.</exception>
    /// <exception cref="DataFormatException">The optimizer's file is broken, or holds the state of other weights.</exception>
    internal void Restore(ICausalLanguageModel model, IOptimizer optimizer)
    {
        using SavedWeights weights = SavedWeights.Open(Directory, model);
        string path = Path.Combine(Directory, OptimizerFileName);
        using (SafetensorsContent state = SafetensorsFile.ReadContent(path, model.Device))
        {
            try
            {
                optimizer.LoadState(state.Tensors, State.OptimizerStep);
            }
            catch (FormatException exception)
            {
                throw new DataFormatException(path, exception.Message, exception);
            }
        }

        weights.CopyInto(model.Device);
    }
}
