using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Torch;

/// <summary>Finds devices and element types (dtypes) by the names that options use for them. Thread-safe.</summary>
public static class TorchDevice
{
    /// <summary>Finds a device.</summary>
    /// <param name="name"><c>cpu</c>, <c>cuda</c> (the first), <c>cuda:N</c>, or <c>auto</c>: <c>cuda</c> where there is one, else
    /// <c>cpu</c>.</param>
    /// <returns>The device.</returns>
    /// <exception cref="ArgumentException">The name is none of these, or this machine has no such device.</exception>
    /// <exception cref="TorchUnavailableException">Torch's native library can't be loaded.</exception>
    public static Device Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        TorchRuntime.EnsureAvailable();
        switch (name)
        {
            case "cpu":
                return CPU;
            case "auto":
                return cuda.is_available() ? new Device(DeviceType.CUDA, 0) : CPU;
            case "cuda":
                return Cuda(0);
            default:
                return TryParseIndex(name, out int index)
                    ? Cuda(index)
                    : throw new ArgumentException($"'{name}' is no device; expected cpu, cuda, cuda:N or auto.");
        }
    }

    /// <summary>
    /// Tells whether <see cref="Parse"/> knows a name. It doesn't check that this machine has the device, and needs no torch.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <returns>True for <c>cpu</c>, <c>cuda</c>, <c>cuda:N</c> and <c>auto</c>.</returns>
    internal static bool IsName(string? name) => name is "cpu" or "cuda" or "auto" || (name is not null && TryParseIndex(name, out _));

    /// <summary>Finds the element type (dtype) of weights.</summary>
    /// <param name="name"><c>float32</c> or <c>bfloat16</c>.</param>
    /// <returns>The type.</returns>
    /// <exception cref="ArgumentException">The name is neither.</exception>
    public static ScalarType ParseDtype(string name) =>
        name switch
        {
            "float32" => ScalarType.Float32,
            "bfloat16" => ScalarType.BFloat16,
            _ => throw new ArgumentException($"'{name}' is no element type of weights; expected float32 or bfloat16."),
        };

    private static bool TryParseIndex(string name, out int index)
    {
        index = 0;
        return name.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan("cuda:".Length), NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }

    private static Device Cuda(int index)
    {
        if (!cuda.is_available())
        {
            throw new ArgumentException(
                "CUDA is not available: this machine has no usable NVIDIA GPU, or the torch in use was built without CUDA. "
                    + "Use cpu or auto."
            );
        }

        int count = cuda.device_count();
        return index < count
            ? new Device(DeviceType.CUDA, index)
            : throw new ArgumentException($"cuda:{index} does not exist: there are {count} CUDA devices, 0 to {count - 1}.");
    }
}
