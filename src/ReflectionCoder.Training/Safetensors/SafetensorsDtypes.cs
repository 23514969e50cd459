using static TorchSharp.torch;

namespace ReflectionCoder.Safetensors;

/// <summary>The dtypes of the format that torch has too, and their names.</summary>
internal static class SafetensorsDtypes
{
    private static readonly (string Name, ScalarType Type, int Bytes)[] All =
    [
        ("F64", ScalarType.Float64, 8),
        ("F32", ScalarType.Float32, 4),
        ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8),
        ("I32", ScalarType.Int32, 4),
        ("U8", ScalarType.Byte, 1),
        ("BOOL", ScalarType.Bool, 1),
    ];

    internal static string Names => string.Join(", ", All.Select(d => d.Name));

    internal static (ScalarType Type, int Bytes)? Find(string name)
    {
        foreach ((string known, ScalarType type, int bytes) in All)
        {
            if (known == name)
            {
                return (type, bytes);
            }
        }

        return null;
    }

    internal static (string Name, int Bytes) Find(ScalarType type)
    {
        foreach ((string name, ScalarType known, int bytes) in All)
        {
            if (known == type)
            {
                return (name, bytes);
            }
        }

        throw new ArgumentException($"{type} can't be saved; expected one of {string.Join(", ", All.Select(d => d.Type))}.", nameof(type));
    }
}
