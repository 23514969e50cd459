using System.Collections.Frozen;
using ReflectionCoder.Languages.Programs;

namespace ReflectionCoder.Languages.CSharp;

/// <summary>Which methods of .NET are mixed up, left out or called by another name.</summary>
internal static class CSharpTables
{
    /// <summary>Methods and those that do the opposite or something near.</summary>
    public static FrozenDictionary<string, string> Opposites { get; } =
        Both(
                ("Min", "Max"),
                ("First", "Last"),
                ("FirstOrDefault", "LastOrDefault"),
                ("Any", "All"),
                ("OrderBy", "OrderByDescending"),
                ("ThenBy", "ThenByDescending"),
                ("Take", "Skip"),
                ("TakeWhile", "SkipWhile"),
                ("TrimStart", "TrimEnd"),
                ("StartsWith", "EndsWith"),
                ("IndexOf", "LastIndexOf"),
                ("Floor", "Ceiling"),
                ("ToUpper", "ToLower"),
                ("ToUpperInvariant", "ToLowerInvariant"),
                ("PadLeft", "PadRight"),
                ("IsUpper", "IsLower"),
                ("Union", "Intersect"),
                ("Pop", "Peek"),
                ("MinBy", "MaxBy"),
                ("Sum", "Max")
            )
            .DistinctBy(pair => pair.Key)
            .Append(KeyValuePair.Create("IsLetterOrDigit", "IsLetter"))
            .Append(KeyValuePair.Create("Dequeue", "Peek"))
            .Append(KeyValuePair.Create("Prepend", "Append"))
            .Append(KeyValuePair.Create("Concat", "Union"))
            .Append(KeyValuePair.Create("Except", "Intersect"))
            .ToFrozenDictionary();

    /// <summary>Methods and how other languages call them.</summary>
    public static FrozenDictionary<string, string> WrongNames { get; } =
        new Dictionary<string, string>
        {
            ["Add"] = "Push",
            ["Contains"] = "Includes",
            ["ContainsKey"] = "HasKey",
            ["ToUpper"] = "ToUpperCase",
            ["ToLower"] = "ToLowerCase",
            ["ToUpperInvariant"] = "ToUpperCase",
            ["ToLowerInvariant"] = "ToLowerCase",
            ["Where"] = "Filter",
            ["Select"] = "Map",
            ["Aggregate"] = "Reduce",
            ["Append"] = "Push",
            ["Substring"] = "SubString",
            ["IndexOf"] = "FindIndexOf",
            ["ToArray"] = "AsArray",
            ["ToList"] = "AsList",
            ["OrderBy"] = "SortBy",
            ["Abs"] = "Absolute",
            ["Enqueue"] = "Push",
        }.ToFrozenDictionary();

    /// <summary>Methods that can be left out of a chain without changing its type much.</summary>
    public static FrozenSet<string> Droppable { get; } =
        (
            (string[])
                [
                    "Trim",
                    "TrimStart",
                    "TrimEnd",
                    "ToLower",
                    "ToUpper",
                    "ToLowerInvariant",
                    "ToUpperInvariant",
                    "Where",
                    "Distinct",
                    "OrderBy",
                    "OrderByDescending",
                    "ThenBy",
                    "ThenByDescending",
                    "Reverse",
                    "Skip",
                    "Take",
                    "Replace",
                    "PadLeft",
                    "PadRight",
                ]
        ).ToFrozenSet();

    /// <summary>Functions around a value that can be left out, and what the value is without them.</summary>
    public static FrozenDictionary<string, string> Wrappers { get; } =
        new Dictionary<string, string>
        {
            ["Math.Abs"] = "as it is, with its sign",
            ["Math.Floor"] = "as it is, with a fraction",
            ["Math.Ceiling"] = "as it is, with a fraction",
            ["Math.Round"] = "as it is, with a fraction",
            ["char.ToLower"] = "as it is, in any case",
            ["char.ToUpper"] = "as it is, in any case",
            ["char.ToLowerInvariant"] = "as it is, in any case",
            ["char.ToUpperInvariant"] = "as it is, in any case",
        }.ToFrozenDictionary();

    /// <summary>Functions around a value without which its type is another.</summary>
    public static FrozenDictionary<string, string> Conversions { get; } =
        new Dictionary<string, string>
        {
            ["int.Parse"] = "as it is, though it is a text and a number is needed",
            ["double.Parse"] = "as it is, though it is a text and a number is needed",
            ["long.Parse"] = "as it is, though it is a text and a number is needed",
            ["Math.Sqrt"] = "as it is, not its square root",
        }.ToFrozenDictionary();

    /// <summary>Whether two arguments can be mixed up: they have the same type.</summary>
    public static bool CanSwap(ProgramModel program, Call call, int index) =>
        index == 0 && call.Name is "Substring" or "Pow" or "Replace" or "Range"
        || (
            call.Receiver is null
            && program.Functions.Any(function =>
                function.Name == call.Name
                && function.ParameterTypes.Count == call.Arguments.Count
                && function.ParameterTypes[index] == function.ParameterTypes[index + 1]
            )
        );

    private static IEnumerable<KeyValuePair<string, string>> Both(params (string A, string B)[] pairs) =>
        pairs.SelectMany(pair => new[] { KeyValuePair.Create(pair.A, pair.B), KeyValuePair.Create(pair.B, pair.A) });
}
