using static TorchSharp.torch;

namespace ReflectionCoder.Safetensors;

/// <summary>A tensor that will be written: what the header says of it, and a function that gives it when it is its turn.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dtype">Its dtype.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Open">Gives the tensor. Called once, in a dispose scope that ends when the tensor has been written.</param>
internal sealed record TensorSource(string Name, ScalarType Dtype, IReadOnlyList<long> Shape, Func<Tensor> Open)
{
    /// <summary>Its size in bytes.</summary>
    internal long Bytes => Shape.Aggregate((long)SafetensorsDtypes.Find(Dtype).Bytes, (bytes, size) => checked(bytes * size));

    internal static TensorSource Of(string name, Tensor tensor) => new(name, tensor.dtype, tensor.shape, () => tensor);
}
