using System.Globalization;
using ReflectionCoder.Configuration;

namespace ReflectionCoder.Pretrained;

/// <summary>How a model is laid out in its folder.</summary>
public sealed record ModelSaveOptions : IValidatedOptions
{
    /// <summary>Hugging Face's default: 5 GB.</summary>
    public const long DefaultMaxShardSize = 5_000_000_000;

    private static readonly (string Name, long Bytes)[] Units =
    [
        ("KIB", 1L << 10),
        ("MIB", 1L << 20),
        ("GIB", 1L << 30),
        ("TIB", 1L << 40),
        ("KB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("TB", 1_000_000_000_000),
        ("", 1),
    ];

    /// <summary>
    /// Most bytes of tensors in a file, at least 1; a tensor that is larger gets a file of its own. Weights that fit are one file
    /// (<c>model.safetensors</c>), others shards with an index. The default value is 5,000,000,000.
    /// </summary>
    public long MaxShardSize { get; set; } = DefaultMaxShardSize;

    /// <summary>Reads a size as Hugging Face writes it.</summary>
    /// <param name="text">A number with a unit: <c>5GB</c>, <c>500MB</c>, <c>1.5GiB</c>; in bytes without one. KB, MB, GB and TB are powers
    /// of 1000, KiB to TiB of 1024.</param>
    /// <returns>Bytes, at least 1.</returns>
    /// <exception cref="FormatException">It is no size, or none of 1 to 2⁶³ - 1 bytes.</exception>
    public static long ParseSize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim().ToUpperInvariant();
        (string unit, long factor) = Units.First(unit => trimmed.EndsWith(unit.Name, StringComparison.Ordinal));
        bool isNumber = decimal.TryParse(
            trimmed[..^unit.Length],
            NumberStyles.AllowDecimalPoint | NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture,
            out decimal number
        );
        if (!isNumber || number > (decimal)long.MaxValue / factor || number * factor < 1)
        {
            throw new FormatException($"'{text}' is no size; expected a number with a unit, such as 5GB or 500MB.");
        }

        return (long)(number * factor);
    }

    /// <inheritdoc/>
    public IReadOnlyList<OptionError> FindErrors() => new OptionErrors().Require(MaxShardSize >= 1, MaxShardSize, "at least 1").Found;
}
