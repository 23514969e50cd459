using ReflectionCoder.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Pretrained;

/// <summary>
/// Reads weights and reports progress. It reads in the order of the files, which is fastest, whatever order is asked
/// for.
/// </summary>
internal sealed class WeightLoader(
    SafetensorsIndex files,
    Device device,
    ScalarType dtype,
    IProgress<ModelLoadProgress>? progress,
    CancellationToken cancellationToken
)
{
    /// <summary>Reads weights.</summary>
    /// <param name="names">Their names.</param>
    /// <returns>The weights in the order of <paramref name="names"/>, detached from every dispose scope.</returns>
    internal OrderedDictionary<string, Tensor> Load(IReadOnlyList<string> names)
    {
        SafetensorsEntry[] entries = [.. names.Select(name => files.Tensors[name].Entries[name])];
        long total = entries.Sum(entry => entry.Length);
        long read = 0;
        var weights = new Dictionary<string, Tensor>();
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (
                SafetensorsEntry entry in entries
                    .OrderBy(entry => files.Tensors[entry.Name].Path, StringComparer.Ordinal)
                    .ThenBy(entry => entry.Offset)
            )
            {
                long end = read + entry.Length;
                Tensor weight = files.Tensors[entry.Name].Read(entry.Name, device, dtype, OnBytes, cancellationToken);
                weights.Add(entry.Name, weight.DetachFromDisposeScope());
                if (entry.Length == 0)
                {
                    Report(weights.Count);
                }

                void OnBytes(int bytes)
                {
                    read += bytes;
                    Report(read == end ? weights.Count + 1 : weights.Count);
                }

                void Report(int whole) => progress?.Report(new ModelLoadProgress(read, total, entry.Name, whole, entries.Length));
            }
        }
        catch
        {
            foreach (Tensor weight in weights.Values)
            {
                weight.Dispose();
            }

            throw;
        }

        var ordered = new OrderedDictionary<string, Tensor>();
        foreach (string name in names)
        {
            ordered.Add(name, weights[name]);
        }

        return ordered;
    }
}
