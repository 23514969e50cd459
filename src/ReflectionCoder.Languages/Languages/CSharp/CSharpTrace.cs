using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Construction.Programs;

namespace ReflectionCoder.Languages.CSharp;

/// <summary>
/// The value of a failing call of a C# program, which <c>Debug.Assert</c> doesn't show: a program that prints it, and the reader of what
/// that prints.
/// </summary>
internal static class CSharpTrace
{
    private const string Mark = "trace: ";
    private const int MaxLength = 60;

    // In the notation of the language. What has no literal, such as a class without a ToString of its own, is shown as nothing.
    private const string Show = """
        static string? __Show(object? value) =>
            value switch
            {
                null => "null",
                string text => '"' + text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n").Replace("\t", "\\t") + '"',
                char letter => letter switch { '\'' => @"'\''", '\\' => @"'\\'", '\n' => @"'\n'", _ => "'" + letter + "'" },
                bool holds => holds ? "true" : "false",
                System.Runtime.CompilerServices.ITuple tuple => __Join("(", Enumerable.Range(0, tuple.Length).Select(i => tuple[i]), ")"),
                System.Collections.IDictionary => null,
                System.Collections.IEnumerable items => __Join("[", items.Cast<object?>(), "]"),
                Enum => null,
                IFormattable number when value.GetType().IsPrimitive || value is decimal =>
                    number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
                _ => null,
            };

        static string? __Join(string open, IEnumerable<object?> items, string close)
        {
            var parts = items.Take(100).Select(__Show).ToList();
            return parts.Contains(null) ? null : open + string.Join(", ", parts) + close;
        }
        """;

    /// <summary>The program that makes the call and prints its value.</summary>
    public static string Write(TraceRequest request) =>
        TestLanguage
            .For("csharp")
            .Join(request.Program, [.. request.Before, $"Console.WriteLine(\"{Mark}\" + __Show({request.Call}));", Show]);

    /// <summary>Reads what the program printed; null if it shows no value, or one that is too long.</summary>
    public static MutationTrace? Read(string standardOutput)
    {
        int start = standardOutput.LastIndexOf(Mark, StringComparison.Ordinal);
        string value = start < 0 ? "" : standardOutput[(start + Mark.Length)..].TrimEnd('\n');
        return value.Length is 0 or > MaxLength || value.Contains('\n') ? null : new MutationTrace(value, null);
    }
}
