using static TorchSharp.torch;

namespace ReflectionCoder.Safetensors;

/// <summary>The tensors and the metadata of a safetensors file. It owns the tensors.</summary>
/// <param name="Tensors">The tensors, in the order of their data.</param>
/// <param name="Metadata">The file's <c>__metadata__</c>; empty where there is none.</param>
internal sealed record SafetensorsContent(IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata)
    : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in Tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
