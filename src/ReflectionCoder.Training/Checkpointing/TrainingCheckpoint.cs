using Microsoft.Extensions.Logging;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Checkpointing;

/// <summary>A whole checkpoint: model and tokenizer files, the optimizer's state, and where the run stood.</summary>
public sealed class TrainingCheckpoint
{
    /// <summary>Name of the file with the optimizer's state.</summary>
    internal const string OptimizerFileName = "optimizer.safetensors";

    private TrainingCheckpoint(string directory, TrainerState state) => (Directory, State) = (directory, state);

    /// <summary>Its folder.</summary>
    public string Directory { get; }

    /// <summary>Optimizer steps done.</summary>
    public long Step => State.Step;

    /// <summary>Where the run stood.</summary>
    internal TrainerState State { get; }

    /// <summary>Reads the state and checks that every file is there in full length; loads no tensor.</summary>
    /// <param name="directory">The checkpoint's folder.</param>
    /// <returns>The checkpoint.</returns>
    /// <exception cref="CheckpointException">It is none, or not whole.</exception>
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

    /// <summary>The newest checkpoint of a run that is whole: the one that <c>FineTuningOptions.Resume</c> goes on from.</summary>
    /// <param name="outputDirectory">The run's output directory, with <c>checkpoint-N</c> folders; it need not exist.</param>
    /// <param name="logger">Hears of checkpoints that are passed over because they aren't whole; null for nobody.</param>
    /// <returns>The checkpoint, or null where there is none.</returns>
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
