using System.Globalization;
using ReflectionCoder.Configuration;

namespace ReflectionCoder.Pretrained;

/// <summary>How a model's weights are split into files.</summary>
public sealed record ModelSaveOptions : IValidatedOptions
{
    /// <summary>Default of <see cref="MaxShardSize"/>, in bytes: 5 GB, as in Hugging Face's <c>save_pretrained</c>.</summary>
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
    /// Largest size of the tensors in one file, in bytes, at least 1; a single tensor that is larger gets a file of its own. Weights that
    /// fit are saved in one file (<c>model.safetensors</c>), others in shards with an index. The default value is 5,000,000,000.
    /// </summary>
    public long MaxShardSize { get; set; } = DefaultMaxShardSize;

    /// <summary>Reads a size as Hugging Face writes it.</summary>
    /// <param name="text">A number with a unit: <c>5GB</c>, <c>500MB</c>, <c>1.5GiB</c>. KB, MB, GB and TB are powers of 1000; KiB, MiB,
    /// GiB and TiB are powers of 1024. A number without a unit means bytes.</param>
    /// <returns>Bytes, at least 1.</returns>
    /// <exception cref="FormatException">The text is no size, or not one from 1 to 2⁶³ - 1 bytes.</exception>
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
