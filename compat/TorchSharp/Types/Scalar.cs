using TorchSharp.Interop;

namespace TorchSharp;

/// <summary>A number as an operator's argument: whole, real or bool. Numbers convert to it by themselves.</summary>
public sealed class Scalar : IDisposable
{
    internal Scalar(Tag tag, long bits, torch.ScalarType? type = null)
    {
        Tag = tag;
        Bits = bits;
        Type = type ?? tag switch
        {
            Tag.Int => torch.ScalarType.Int64,
            Tag.Bool => torch.ScalarType.Bool,
            _ => torch.ScalarType.Float64,
        };
    }

    internal Tag Tag { get; }

    internal long Bits { get; }

    public torch.ScalarType Type { get; }

    internal double AsDouble => Tag == Tag.Double ? BitConverter.Int64BitsToDouble(Bits) : Bits;

    /// <summary>The whole part; throws <see cref="OverflowException"/> where it doesn't fit.</summary>
    internal long AsInt64 => Tag == Tag.Double ? checked((long)BitConverter.Int64BitsToDouble(Bits)) : Bits;

    public static implicit operator Scalar(byte value) => value.ToScalar();

    public static implicit operator Scalar(sbyte value) => value.ToScalar();

    public static implicit operator Scalar(short value) => value.ToScalar();

    public static implicit operator Scalar(int value) => value.ToScalar();

    public static implicit operator Scalar(long value) => value.ToScalar();

    public static implicit operator Scalar(Half value) => value.ToScalar();

    public static implicit operator Scalar(BFloat16 value) => value.ToScalar();

    public static implicit operator Scalar(float value) => value.ToScalar();

    public static implicit operator Scalar(double value) => value.ToScalar();

    public static implicit operator Scalar(bool value) => value.ToScalar();

    /// <summary>Nothing to give back: the value is managed.</summary>
    public void Dispose()
    {
    }
}

/// <summary>Conversions between numbers and <see cref="Scalar"/>.</summary>
public static class ScalarExtensionMethods
{
    public static Scalar ToScalar(this byte value) => new(Tag.Int, value);

    public static Scalar ToScalar(this sbyte value) => new(Tag.Int, value);

    public static Scalar ToScalar(this short value) => new(Tag.Int, value);

    public static Scalar ToScalar(this int value) => new(Tag.Int, value);

    public static Scalar ToScalar(this long value) => new(Tag.Int, value);

    public static Scalar ToScalar(this float value) => Real(value);

    public static Scalar ToScalar(this double value) => Real(value);

    public static Scalar ToScalar(this bool value) => new(Tag.Bool, value ? 1 : 0);

    public static Scalar ToScalar(this Half value) => Real((double)value);

    public static Scalar ToScalar(this BFloat16 value) => Real(value.ToSingle());

    public static Scalar ToBFloat16Scalar(this float value) => Real(new BFloat16(value).ToSingle());

    public static Half ToHalf(this Scalar value) => (Half)value.AsDouble;

    public static BFloat16 ToBFloat16(this Scalar value) => new((float)value.AsDouble);

    public static float ToSingle(this Scalar value) => (float)value.AsDouble;

    public static double ToDouble(this Scalar value) => value.AsDouble;

    public static sbyte ToSByte(this Scalar value) => checked((sbyte)value.AsInt64);

    public static byte ToByte(this Scalar value) => checked((byte)value.AsInt64);

    public static short ToInt16(this Scalar value) => checked((short)value.AsInt64);

    public static int ToInt32(this Scalar value) => checked((int)value.AsInt64);

    public static long ToInt64(this Scalar value) => value.AsInt64;

    public static bool ToBoolean(this Scalar value) => value.AsDouble != 0;

    private static Scalar Real(double value) => new(Tag.Double, BitConverter.DoubleToInt64Bits(value));
}
