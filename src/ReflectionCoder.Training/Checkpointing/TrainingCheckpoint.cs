using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Checkpointing;

/// <summary>A whole checkpoint: model and tokenizer files, the optimizer's state, and where the run stood.</summary>
/// <param name="Directory">Its folder.</param>
/// <param name="State">Where the run stood.</param>
public sealed record TrainingCheckpoint(string Directory, TrainerState State)
{
    /// <summary>Name of the file with the optimizer's state.</summary>
    public const string OptimizerFileName = "optimizer.safetensors";

    /// <summary>Reads the state and checks that every file is there in full length; loads no tensor.</summary>
    /// <param name="directory">The checkpoint's folder.</param>
    /// <returns>The checkpoint.</returns>
    /// <exception cref="CheckpointException">It is none, or not whole.</exception>
    public static TrainingCheckpoint Open(string directory)
    {
        TrainerState state = TrainerState.Load(directory);
        foreach ((string name, long length) in state.Files)
        {
            FileInfo file = new(Path.Combine(directory, name));
            if (!file.Exists || file.Length != length)
            {
                throw new CheckpointException($"{directory} is not whole: {name} has {(file.Exists ? file.Length : 0)} of {length} bytes.") { Directory = directory };
            }
        }

        return new TrainingCheckpoint(directory, state);
    }

    /// <summary>Writes the optimizer's state.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="optimizer">The optimizer.</param>
    public static void WriteOptimizer(string directory, IOptimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        SafetensorsFile.Write(Path.Combine(directory, OptimizerFileName), optimizer.GetState());
    }

    /// <summary>Copies the checkpoint's weights into a model and its state into an optimizer.</summary>
    /// <param name="model">A model of the same shape; what it holds is overwritten.</param>
    /// <param name="optimizer">The optimizer of that model.</param>
    /// <exception cref="CheckpointException">A tensor of the model is missing or has another shape.</exception>
    /// <exception cref="DataFormatException">The optimizer's file is broken, or holds the state of other weights.</exception>
    public void Restore(ICausalLanguageModel model, IOptimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(optimizer);
        RestoreWeights(model);
        string path = Path.Combine(Directory, OptimizerFileName);
        using SafetensorsContent state = SafetensorsFile.Read(path, model.Device);
        try
        {
            optimizer.LoadState(state.Tensors, State.OptimizerStep);
        }
        catch (FormatException exception)
        {
            throw new DataFormatException(path, exception.Message, exception);
        }
    }

    private void RestoreWeights(ICausalLanguageModel model)
    {
        bool trainsAdapter = model is CausalLanguageModel { Adapter: not null };
        if (trainsAdapter != AdapterFolder.IsAdapter(Directory))
        {
            throw new CheckpointException(trainsAdapter
                ? $"{Directory} is a checkpoint of full fine-tuning; the model trains an adapter."
                : $"{Directory} is a checkpoint of an adapter; the model has none.") { Directory = Directory };
        }

        if (trainsAdapter)
        {
            RestoreAdapter((CausalLanguageModel)model);
            return;
        }

        using SafetensorsIndex files = SafetensorsIndex.Open(Directory);
        foreach ((string name, Tensor parameter) in model.Parameters)
        {
            if (!files.Tensors.TryGetValue(name, out SafetensorsReader? file))
            {
                throw new CheckpointException($"{Directory} has no tensor {name}, which the model trains.") { Directory = Directory };
            }

            SafetensorsEntry entry = file.Entries[name];
            if (!entry.Shape.SequenceEqual(parameter.shape) || entry.Dtype != parameter.dtype)
            {
                throw new CheckpointException(
                    $"{file.Path}: tensor {name} is {entry.Dtype} [{string.Join(", ", entry.Shape)}]; the model has {parameter.dtype} [{string.Join(", ", parameter.shape)}].")
                {
                    Directory = Directory,
                };
            }
        }

        using IDisposable noGradient = no_grad();
        foreach ((string name, Tensor parameter) in model.Parameters)
        {
            using Tensor saved = files.Tensors[name].Read(name, model.Device);
            parameter.copy_(saved);
        }
    }

    private void RestoreAdapter(CausalLanguageModel model)
    {
        try
        {
            AdapterFolder.Restore(Directory, model);
        }
        catch (FormatException exception)
        {
            throw new CheckpointException(exception.Message, exception) { Directory = Directory };
        }
    }
}
