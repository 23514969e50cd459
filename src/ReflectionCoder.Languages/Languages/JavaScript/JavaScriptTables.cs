using System.Collections.Frozen;
using ReflectionCoder.Languages.Programs;

namespace ReflectionCoder.Languages.JavaScript;

/// <summary>Which functions of JavaScript are mixed up, left out or called by another name.</summary>
internal static class JavaScriptTables
{
    /// <summary>Functions and those that do the opposite or something near.</summary>
    public static FrozenDictionary<string, string> Opposites { get; } =
        Both(
                ("min", "max"),
                ("push", "unshift"),
                ("pop", "shift"),
                ("slice", "splice"),
                ("some", "every"),
                ("floor", "ceil"),
                ("toUpperCase", "toLowerCase"),
                ("startsWith", "endsWith"),
                ("indexOf", "lastIndexOf"),
                ("padStart", "padEnd"),
                ("trimStart", "trimEnd"),
                ("find", "filter"),
                ("keys", "values"),
                ("add", "delete")
            )
            .Append(KeyValuePair.Create("findIndex", "find"))
            .Append(KeyValuePair.Create("round", "floor"))
            .Append(KeyValuePair.Create("trunc", "round"))
            .Append(KeyValuePair.Create("replaceAll", "replace"))
            .Append(KeyValuePair.Create("entries", "keys"))
            .Append(KeyValuePair.Create("charCodeAt", "charAt"))
            .Append(KeyValuePair.Create("flatMap", "map"))
            .Append(KeyValuePair.Create("reduce", "reduceRight"))
            .ToFrozenDictionary();

    /// <summary>Methods and how other languages call them.</summary>
    public static FrozenDictionary<string, string> WrongNames { get; } =
        new Dictionary<string, string>
        {
            ["push"] = "append",
            ["includes"] = "contains",
            ["toUpperCase"] = "toUpper",
            ["toLowerCase"] = "toLower",
            ["trim"] = "strip",
            ["indexOf"] = "index",
            ["join"] = "implode",
            ["has"] = "contains",
            ["set"] = "put",
            ["startsWith"] = "startswith",
            ["charCodeAt"] = "codeAt",
            ["map"] = "select",
            ["filter"] = "where",
            ["isInteger"] = "isInt",
            ["isArray"] = "isList",
        }.ToFrozenDictionary();

    /// <summary>Methods that can be left out of a chain.</summary>
    public static FrozenSet<string> Droppable { get; } =
        (
            (string[])
                [
                    "trim",
                    "toLowerCase",
                    "toUpperCase",
                    "reverse",
                    "sort",
                    "filter",
                    "flat",
                    "map",
                    "slice",
                    "join",
                    "split",
                    "padStart",
                    "toFixed",
                ]
        ).ToFrozenSet();

    /// <summary>Functions around a value that can be left out, and what the value is without them.</summary>
    public static FrozenDictionary<string, string> Wrappers { get; } =
        new Dictionary<string, string>
        {
            ["Math.floor"] = "as it is, with a fraction",
            ["Math.trunc"] = "as it is, with a fraction",
            ["Math.round"] = "as it is, with a fraction",
            ["Math.ceil"] = "as it is, with a fraction",
            ["Math.abs"] = "as it is, with its sign",
            ["Number"] = "as it is, though a number is needed",
            ["parseInt"] = "as it is, though a number is needed",
            ["String"] = "as it is, though a string is needed",
            ["Array.from"] = "as it is, though an array is needed",
            ["Object.entries"] = "as it is, though its entries are needed",
            ["Object.keys"] = "as it is, though its keys are needed",
            ["Object.values"] = "as it is, though its values are needed",
        }.ToFrozenDictionary();

    /// <summary>
    /// Whether two arguments can be mixed up: of the program's own functions, or of functions whose two
    /// arguments are alike.
    /// </summary>
    public static bool CanSwap(ProgramModel program, Call call, int index) =>
        index == 0
            && call.Name is "slice" or "substring" or "pow" or "set" or "replace" or "replaceAll" or "padStart" or "padEnd" or "parseInt"
        || (
            call.Receiver is null
            && program.Functions.Any(function => function.Name == call.Name && function.ParameterTypes.Count > index + 1)
        );

    private static IEnumerable<KeyValuePair<string, string>> Both(params (string A, string B)[] pairs) =>
        pairs.SelectMany(pair => new[] { KeyValuePair.Create(pair.A, pair.B), KeyValuePair.Create(pair.B, pair.A) });
}
