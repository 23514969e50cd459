namespace TorchSharp.Interop;

/// <summary>One operator argument before it is boxed. <see langword="default"/> stands for the schema's default value.</summary>
internal readonly struct Arg
{
    internal readonly Tag Tag;
    internal readonly long Bits;
    internal readonly object? Object;

    private Arg(Tag tag, long bits, object? value = null)
    {
        Tag = tag;
        Bits = bits;
        Object = value;
    }

    /// <summary>The schema's "None": an optional argument that is absent whatever its default.</summary>
    internal static Arg None => new(Tag.None, 0);

    public static implicit operator Arg(torch.Tensor? value) => value is null ? None : new(Tag.Tensor, 0, value);

    public static implicit operator Arg(long value) => new(Tag.Int, value);

    public static implicit operator Arg(double value) => new(Tag.Double, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator Arg(bool value) => new(Tag.Bool, value ? 1 : 0);

    public static implicit operator Arg(long? value) => value is { } v ? v : None;

    public static implicit operator Arg(double? value) => value is { } v ? v : None;

    public static implicit operator Arg(Scalar? value) => value is null ? None : new(value.Tag, value.Bits);

    public static implicit operator Arg(torch.ScalarType value) => (long)value;

    public static implicit operator Arg(torch.ScalarType? value) => value is { } v ? v : None;

    public static implicit operator Arg(long[]? value) => value is null ? None : new(Tag.IntList, 0, value);

    /// <summary>Elements may be null where the schema takes optional tensors.</summary>
    public static implicit operator Arg(torch.Tensor?[] value) => new(Tag.TensorList, 0, value);

    public static implicit operator Arg(string? value) => value is null ? None : new(Tag.String, 0, value);

    public static implicit operator Arg(torch.Device? value) => value is null ? None : new(Tag.Device, (long)value.type, value);

    public static implicit operator Arg(torch.Generator? value) => value is null ? None : new(Tag.Generator, 0, value);
}
