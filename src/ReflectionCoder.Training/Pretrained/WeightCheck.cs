using ReflectionCoder.Files;
using ReflectionCoder.Safetensors;
using static TorchSharp.torch;

namespace ReflectionCoder.Pretrained;

/// <summary>Holds the tensors of files to those that a configuration asks for, before any is read.</summary>
internal static class WeightCheck
{
    /// <summary>Checks names, shapes and types.</summary>
    /// <param name="path">The file or folder, for a tensor that is missing.</param>
    /// <param name="files">The file each tensor is in.</param>
    /// <param name="shapes">What there must be.</param>
    /// <param name="asking">Who asks for these shapes, with the verb, for messages.</param>
    /// <param name="isHarmless">Names beyond those that may be there; null for none.</param>
    /// <exception cref="DataFormatException">A tensor is missing, unexpected, of another shape, or not of floating point.</exception>
    internal static void Require(
        string path,
        IReadOnlyDictionary<string, SafetensorsReader> files,
        IEnumerable<(string Name, long[] Shape)> shapes,
        string asking,
        Func<string, bool>? isHarmless = null
    )
    {
        HashSet<string> expected = [];
        foreach ((string name, long[] shape) in shapes)
        {
            expected.Add(name);
            if (!files.TryGetValue(name, out SafetensorsReader? file))
            {
                throw DataFormatException.OfTensor(path, name, $"is missing; expected {Text(shape)}.");
            }

            SafetensorsEntry entry = file.Entries[name];
            if (!entry.Shape.SequenceEqual(shape))
            {
                throw DataFormatException.OfTensor(file.Path, name, $"has shape {Text(entry.Shape)}; {asking} for {Text(shape)}.");
            }

            if (entry.Dtype is not (ScalarType.Float32 or ScalarType.Float64 or ScalarType.BFloat16 or ScalarType.Float16))
            {
                throw DataFormatException.OfTensor(file.Path, name, $"has dtype {entry.Dtype}; expected one of floating point.");
            }
        }

        foreach ((string name, SafetensorsReader file) in files)
        {
            if (!expected.Contains(name) && isHarmless?.Invoke(name) != true)
            {
                throw DataFormatException.OfTensor(file.Path, name, $"is unexpected; its shape is {Text(file.Entries[name].Shape)}.");
            }
        }
    }

    private static string Text(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
