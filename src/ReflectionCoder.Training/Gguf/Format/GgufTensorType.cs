using static TorchSharp.torch;

namespace ReflectionCoder.Gguf.Format;

/// <summary>How the numbers of a tensor are stored. The values are those of the format.</summary>
internal enum GgufTensorType
{
    /// <summary>32-bit floating point.</summary>
    F32 = 0,

    /// <summary>16-bit floating point.</summary>
    F16 = 1,

    /// <summary>Blocks of 32 in a row: a scale in 16-bit floating point, then 32 signed bytes.</summary>
    Q8_0 = 8,

    /// <summary>The upper half of a 32-bit floating point number.</summary>
    BF16 = 30,
}

/// <summary>Sizes and names of the types.</summary>
internal static class GgufTensorTypes
{
    /// <summary>Numbers in a block of <see cref="GgufTensorType.Q8_0"/>.</summary>
    internal const int QuantizedBlock = 32;

    /// <summary>Bytes of such a block.</summary>
    internal const int QuantizedBlockBytes = 2 + QuantizedBlock;

    /// <summary>The types of the format that aren't read or written here, for messages.</summary>
    private static readonly Dictionary<uint, string> Others = new()
    {
        [2] = "Q4_0",
        [3] = "Q4_1",
        [6] = "Q5_0",
        [7] = "Q5_1",
        [9] = "Q8_1",
        [10] = "Q2_K",
        [11] = "Q3_K",
        [12] = "Q4_K",
        [13] = "Q5_K",
        [14] = "Q6_K",
        [15] = "Q8_K",
        [16] = "IQ2_XXS",
        [17] = "IQ2_XS",
        [18] = "IQ3_XXS",
        [19] = "IQ1_S",
        [20] = "IQ4_NL",
        [21] = "IQ3_S",
        [22] = "IQ2_S",
        [23] = "IQ4_XS",
        [24] = "I8",
        [25] = "I16",
        [26] = "I32",
        [27] = "I64",
        [28] = "F64",
        [29] = "IQ1_M",
        [34] = "TQ1_0",
        [35] = "TQ2_0",
        [39] = "MXFP4",
    };

    /// <summary>The type of a number in a file; null for one that isn't supported.</summary>
    internal static GgufTensorType? Find(uint value) =>
        value <= int.MaxValue && Enum.IsDefined((GgufTensorType)value) ? (GgufTensorType)value : null;

    /// <summary>A type as messages name it.</summary>
    internal static string Name(uint value) =>
        Find(value)?.ToString() ?? (Others.TryGetValue(value, out string? name) ? name : $"{value}, which is unknown");

    /// <summary>Numbers in a block, and its bytes.</summary>
    internal static (int Numbers, int Bytes) BlockOf(GgufTensorType type) =>
        type switch
        {
            GgufTensorType.F32 => (1, 4),
            GgufTensorType.Q8_0 => (QuantizedBlock, QuantizedBlockBytes),
            _ => (1, 2),
        };

    /// <summary>The dtype of a tensor that was read: that in the file, or float32, which holds quantized numbers exactly.</summary>
    internal static ScalarType DtypeOf(GgufTensorType type) =>
        type switch
        {
            GgufTensorType.F16 => ScalarType.Float16,
            GgufTensorType.BF16 => ScalarType.BFloat16,
            _ => ScalarType.Float32,
        };
}
