using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace ReflectionCoder.Tests;

/// <summary>What the texts of a public surface share: names of types, kinds, values.</summary>
internal static class SurfaceNames
{
    internal const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    internal static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    internal static bool IsVisible(FieldInfo field) => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly;

    internal static string Kind(Type type) => type.IsEnum ? "enum" : type.IsValueType ? "struct" : type.IsInterface ? "interface"
        : type is { IsAbstract: true, IsSealed: true } ? "static class" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";

    internal static string Constant(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    internal static string TupleNames(ICustomAttributeProvider member) =>
        member.GetCustomAttributes(typeof(TupleElementNamesAttribute), inherit: false) is [TupleElementNamesAttribute names]
            ? $" {{{string.Join(',', names.TransformNames)}}}"
            : "";

    /// <summary>A type's name as the runtime has it, with the namespaces of the framework and those given left out.</summary>
    internal static string Name(Type type, params string[] implied)
    {
        if (type.IsByRef)
        {
            return Name(type.GetElementType()!, implied) + "&";
        }

        if (type.IsArray)
        {
            return $"{Name(type.GetElementType()!, implied)}[{new string(',', type.GetArrayRank() - 1)}]";
        }

        if (type.IsPointer)
        {
            return Name(type.GetElementType()!, implied) + "*";
        }

        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        string name = (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!;
        if (type.IsGenericType)
        {
            name += $"<{string.Join(',', type.GetGenericArguments().Select(argument => Name(argument, implied)))}>";
        }

        foreach (string prefix in implied)
        {
            name = name.Replace(prefix, "");
        }

        return name.Replace("System.Nullable`1", "Nullable").Replace("System.Collections.Generic.", "").Replace("System.", "");
    }
}
