using System.Reflection;

namespace ReflectionCoder.Tests;

/// <summary>
/// The public surface of a package that compat stands in for, one line a type, method or field: exactly what a caller's compiled code asks for.
/// </summary>
/// <param name="implied">Namespaces left out of the lines, each with its dot.</param>
internal sealed class PackageSurface(params string[] implied)
{
    internal IEnumerable<string> Of(Assembly assembly) => assembly.GetExportedTypes().SelectMany(Of);

    /// <summary>Fails with the lines of the first that the second lacks.</summary>
    internal static void AssertContained(IEnumerable<string> lines, IEnumerable<string> allowed, string message)
    {
        string[] unknown = [.. lines.Except(allowed).Order(StringComparer.Ordinal)];
        Assert.True(unknown.Length == 0, $"{message}:\n{string.Join('\n', unknown)}");
    }

    private IEnumerable<string> Of(Type type)
    {
        string owner = Name(type);
        yield return $"T {owner} : {SurfaceNames.Kind(type)} {(type.BaseType is { } parent ? Name(parent) : "")}";
        foreach (MemberInfo member in type.GetMembers(SurfaceNames.Declared))
        {
            if (member is MethodBase method && SurfaceNames.IsVisible(method))
            {
                yield return $"M {owner}::{Signature(method)}";
            }
            else if (member is FieldInfo field && (field.IsPublic || field.IsFamily))
            {
                string value = field.IsLiteral ? $" = {SurfaceNames.Constant(field.GetRawConstantValue())}" : "";
                yield return $"F {owner}::{(field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}{value}";
            }
        }
    }

    private string Signature(MethodBase method)
    {
        string modifiers = (method.IsStatic ? "static " : "") + (method.IsPublic ? "" : "protected ") +
            (!method.IsVirtual ? "" : method.IsAbstract ? "abstract " : "virtual ");
        string generic = method.IsGenericMethod ? $"<{string.Join(',', method.GetGenericArguments().Select(Name))}>" : "";
        string result = method is MethodInfo info ? Name(info.ReturnType) + SurfaceNames.TupleNames(info.ReturnParameter) : "";
        return $"{modifiers}{method.Name}{generic}({string.Join(", ", method.GetParameters().Select(Parameter))}) -> {result}".TrimEnd();
    }

    private string Parameter(ParameterInfo parameter)
    {
        string text = (parameter.IsOut ? "out " : "") + (parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "") +
            $"{Name(parameter.ParameterType)} {parameter.Name}";
        return parameter.HasDefaultValue ? $"{text} = {SurfaceNames.Constant(parameter.RawDefaultValue)}" : text;
    }

    private string Name(Type type) => SurfaceNames.Name(type, implied);
}
