using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace ReflectionCoder.Tests.Support;

/// <summary>An assembly's public surface as lines of text, one a type, member or enum value.</summary>
internal static class Surface
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    internal static IEnumerable<string> Of(Assembly assembly) => assembly.GetExportedTypes().SelectMany(Of);

    private static IEnumerable<string> Of(Type type)
    {
        var owner = Name(type);
        var kind = type.IsEnum ? "enum" : type.IsValueType ? "struct" : type.IsInterface ? "interface"
            : type is { IsAbstract: true, IsSealed: true } ? "static class" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";
        yield return $"T {owner} : {kind} {(type.BaseType is { } parent ? Name(parent) : "")}";
        foreach (var member in type.GetMembers(Declared))
        {
            if (member is MethodBase method && IsVisible(method)) yield return $"M {owner}::{Signature(method)}";
            else if (member is FieldInfo field && (field.IsPublic || field.IsFamily))
            {
                yield return $"F {owner}::{(field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}{(field.IsLiteral ? $" = {Constant(field.GetRawConstantValue())}" : "")}";
            }
        }
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Signature(MethodBase method)
    {
        var modifiers = (method.IsStatic ? "static " : "") + (method.IsPublic ? "" : "protected ") +
            (!method.IsVirtual ? "" : method.IsAbstract ? "abstract " : "virtual ");
        var generic = method.IsGenericMethod ? $"<{string.Join(',', method.GetGenericArguments().Select(Name))}>" : "";
        var result = method is MethodInfo info ? Name(info.ReturnType) + TupleNames(info.ReturnParameter) : "";
        return $"{modifiers}{method.Name}{generic}({string.Join(", ", method.GetParameters().Select(Parameter))}) -> {result}".TrimEnd();
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var text = (parameter.IsOut ? "out " : "") + (parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "") +
            $"{Name(parameter.ParameterType)} {parameter.Name}";
        return parameter.HasDefaultValue ? $"{text} = {Constant(parameter.RawDefaultValue)}" : text;
    }

    private static string Constant(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string TupleNames(ParameterInfo result) =>
        result.GetCustomAttribute<TupleElementNamesAttribute>() is { } names ? $" {{{string.Join(',', names.TransformNames)}}}" : "";

    private static string Name(Type type)
    {
        if (type.IsByRef) return Name(type.GetElementType()!) + "&";
        if (type.IsArray) return $"{Name(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (type.IsPointer) return Name(type.GetElementType()!) + "*";
        if (type.IsGenericParameter) return type.Name;
        var name = (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!;
        if (type.IsGenericType) name += $"<{string.Join(',', type.GetGenericArguments().Select(Name))}>";
        return name.Replace("TorchSharp.", "").Replace("System.Nullable`1", "Nullable").Replace("System.Collections.Generic.", "").Replace("System.", "");
    }
}
