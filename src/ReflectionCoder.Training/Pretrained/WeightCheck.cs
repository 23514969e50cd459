using ReflectionCoder.Files;
using ReflectionCoder.Safetensors;
using static TorchSharp.torch;

namespace ReflectionCoder.Pretrained;

/// <summary>Checks that files hold the tensors that a configuration needs, before any of them is read.</summary>
internal static class WeightCheck
{
    /// <summary>Checks names, shapes and types.</summary>
    /// <param name="path">The file or folder that a message names if a tensor is missing.</param>
    /// <param name="files">The file of each tensor.</param>
    /// <param name="shapes">The tensors that must be there.</param>
    /// <param name="asking">For messages: subject and verb of "config.json asks for [2, 3]".</param>
    /// <param name="isHarmless">Says whether another tensor may be there, by its name. Null: none may.</param>
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
