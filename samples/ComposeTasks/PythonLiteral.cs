using System.Globalization;

namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>Values as Python writes them. Strings hold neither quotes nor backslashes nor anything beyond ASCII.</summary>
internal static class PythonLiteral
{
    public static string Of(object value) =>
        value switch
        {
            long number => number.ToString(CultureInfo.InvariantCulture),
            string text => $"'{text}'",
            long[] numbers => $"[{string.Join(", ", numbers.Select(number => Of(number)))}]",
            string[] words => $"[{string.Join(", ", words.Select(Of))}]",
            (string Key, long Value)[] table => $"{{{string.Join(", ", table.Select(pair => $"{Of(pair.Key)}: {Of(pair.Value)}"))}}}",
            _ => throw new ArgumentException($"{value.GetType()} is not a type of the tasks.", nameof(value)),
        };
}
