using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Checkpointing;

/// <summary>
/// A checkpoint's weights, or its adapter, and the model's tensors that are to get them. The files are opened and checked, but no tensor is
/// read before <see cref="CopyInto"/>.
/// </summary>
internal sealed class SavedWeights : IDisposable
{
    private readonly IReadOnlyDictionary<string, Tensor> targets;
    private readonly Func<string, SafetensorsReader> fileOf;
    private readonly IDisposable files;

    private SavedWeights(IReadOnlyDictionary<string, Tensor> targets, Func<string, SafetensorsReader> fileOf, IDisposable files) =>
        (this.targets, this.fileOf, this.files) = (targets, fileOf, files);

    /// <summary>Opens a checkpoint's weights for a model.</summary>
    /// <param name="directory">The checkpoint's folder.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="CheckpointException">The files don't hold the model's weights.</exception>
    public static SavedWeights Open(string directory, ICausalLanguageModel model)
    {
        bool trainsAdapter = model is IAdaptableModel { Adapter: not null };
        if (trainsAdapter != AdapterFolder.IsAdapter(directory))
        {
            throw new CheckpointException(
                trainsAdapter
                    ? $"{directory} is a checkpoint of full fine-tuning; the model trains an adapter."
                    : $"{directory} is a checkpoint of an adapter; the model has none."
            )
            {
                Directory = directory,
            };
        }

        return trainsAdapter ? OpenAdapter(directory, model.TrainableParameters) : OpenModel(directory, model.Parameters);
    }

    /// <summary>Reads the weights and copies them into the model.</summary>
    /// <param name="device">The model's device.</param>
    public void CopyInto(Device device)
    {
        using IDisposable noGradient = no_grad();
        foreach ((string name, Tensor target) in targets)
        {
            using Tensor saved = fileOf(name).Read(name, device);
            target.copy_(saved);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => files.Dispose();

    private static SavedWeights OpenAdapter(string directory, IReadOnlyDictionary<string, Tensor> parameters)
    {
        try
        {
            SafetensorsReader file = AdapterFolder.Open(directory, parameters);
            return new SavedWeights(parameters, _ => file, file);
        }
        catch (FormatException exception)
        {
            throw new CheckpointException(exception.Message, exception) { Directory = directory };
        }
    }

    private static SavedWeights OpenModel(string directory, IReadOnlyDictionary<string, Tensor> parameters)
    {
        SafetensorsIndex index = SafetensorsIndex.Open(directory);
        try
        {
            foreach ((string name, Tensor parameter) in parameters)
            {
                Check(directory, index, name, parameter);
            }
        }
        catch
        {
            index.Dispose();
            throw;
        }

        return new SavedWeights(parameters, name => index.Tensors[name], index);
    }

    private static void Check(string directory, SafetensorsIndex index, string name, Tensor parameter)
    {
        if (!index.Tensors.TryGetValue(name, out SafetensorsReader? file))
        {
            throw new CheckpointException($"{directory} has no tensor {name}, which the model trains.") { Directory = directory };
        }

        SafetensorsEntry entry = file.Entries[name];
        if (!entry.Shape.SequenceEqual(parameter.shape) || entry.Dtype != parameter.dtype)
        {
            throw new CheckpointException(
                $"{file.Path}: tensor {name} is {entry.Dtype} [{string.Join(", ", entry.Shape)}]; "
                    + $"the model has {parameter.dtype} [{string.Join(", ", parameter.shape)}]."
            )
            {
                Directory = directory,
            };
        }
    }
}
