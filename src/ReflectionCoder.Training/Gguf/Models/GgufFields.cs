using System.Globalization;
using ReflectionCoder.Files;
using ReflectionCoder.Gguf.Format;

namespace ReflectionCoder.Gguf.Models;

/// <summary>Reads keys of a header by name and type, and remembers which were asked for.</summary>
/// <param name="header">The header.</param>
internal sealed class GgufFields(GgufHeader header)
{
    private readonly HashSet<string> asked = [];

    /// <summary>Path of the file, for errors.</summary>
    internal string Path => header.Path;

    /// <summary>Keys that begin with a prefix and were not asked for.</summary>
    internal IEnumerable<string> Unread(string prefix) =>
        header.Keys.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && !asked.Contains(key));

    /// <summary>A whole number that fits 31 bits and is at least 0; null where there is no such key.</summary>
    internal int? OptionalInt(string key) =>
        Find(key) switch
        {
            null => null,
            long value and >= 0 and <= int.MaxValue => (int)value,
            object other => throw Wrong(key, other, "a whole number from 0 to 2147483647"),
        };

    internal int Int(string key) => OptionalInt(key) ?? throw Missing(key);

    /// <summary>A finite number; null where there is no such key.</summary>
    internal double? OptionalNumber(string key) =>
        Find(key) switch
        {
            null => null,
            double value when double.IsFinite(value) => value,
            long value => value,
            object other => throw Wrong(key, other, "a finite number"),
        };

    internal double Number(string key) => OptionalNumber(key) ?? throw Missing(key);

    internal bool Bool(string key, bool otherwise) =>
        Find(key) switch
        {
            null => otherwise,
            bool value => value,
            object other => throw Wrong(key, other, "a truth value"),
        };

    internal string? OptionalText(string key) =>
        Find(key) switch
        {
            null => null,
            string value => value,
            object other => throw Wrong(key, other, "a text"),
        };

    internal string Text(string key) => OptionalText(key) ?? throw Missing(key);

    /// <summary>A list; null where there is no such key. An empty list of any type counts.</summary>
    internal T[]? OptionalList<T>(string key) =>
        Find(key) switch
        {
            null => null,
            T[] value => value,
            Array { Length: 0 } => [],
            object other => throw Wrong(key, other, $"a list of {typeof(T).Name}"),
        };

    internal T[] List<T>(string key) => OptionalList<T>(key) ?? throw Missing(key);

    internal DataFormatException Error(string key, string problem) => new(Path, GgufHeaderReader.Short(key), problem);

    private object? Find(string key)
    {
        asked.Add(key);
        return header.Keys.GetValueOrDefault(key);
    }

    private DataFormatException Missing(string key) => Error(key, "is missing.");

    private DataFormatException Wrong(string key, object value, string expected) =>
        Error(
            key,
            $"is {(value is Array ? "a list" : GgufHeaderReader.Short(Convert.ToString(value, CultureInfo.InvariantCulture)!))}; "
                + $"expected {expected}."
        );
}
