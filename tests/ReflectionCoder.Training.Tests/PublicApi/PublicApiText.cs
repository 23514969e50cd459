using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace ReflectionCoder.Tests.PublicApi;

/// <summary>
/// What a host can name of an assembly, as C# writes it: one line a type or member, with nullability, default values and constants. What the
/// compiler adds by itself (a record's equality, say) is left out.
/// </summary>
internal static class PublicApiText
{
    public static string[] Of(Assembly assembly) =>
        [.. assembly.GetExportedTypes().SelectMany(Of).OrderBy(line => line.Key, StringComparer.Ordinal).Select(line => line.Modifiers + line.Key)];

    private static IEnumerable<(string Modifiers, string Key)> Of(Type type)
    {
        string owner = TypeText.Owner(type);
        if (type.IsSubclassOf(typeof(Delegate)))
        {
            MethodInfo invoke = type.GetMethod("Invoke")!;
            yield return (Attributes(type) + "delegate ", $"{owner}({Parameters(invoke)}) -> {TypeText.Of(invoke.ReturnParameter)}");
            yield break;
        }

        yield return (Attributes(type), $"{owner} : {string.Join(", ", [Kind(type), .. Bases(type)])}{Constraints(type.GetGenericArguments())}");
        if (type.IsEnum)
        {
            foreach (FieldInfo value in type.GetFields(BindingFlags.Public | BindingFlags.Static))
            {
                yield return (Attributes(value), $"{owner}.{value.Name} = {SurfaceNames.Constant(value.GetRawConstantValue())}");
            }

            yield break;
        }

        foreach (MemberInfo member in type.GetMembers(SurfaceNames.Declared))
        {
            (string Modifiers, string Text)? line = member switch
            {
                _ when member.IsDefined(typeof(CompilerGeneratedAttribute)) || member.Name.Contains('<') => null,
                ConstructorInfo constructor when SurfaceNames.IsVisible(constructor) && !constructor.IsStatic =>
                    (Modifiers(constructor), $"{TypeText.Simple(type)}({Parameters(constructor)})"),
                MethodInfo { IsSpecialName: false } method when SurfaceNames.IsVisible(method) => Method(method),
                MethodInfo method when method.Name.StartsWith("op_") && method.IsPublic => Method(method),
                PropertyInfo property => Property(property),
                EventInfo { AddMethod: { } add } happening when SurfaceNames.IsVisible(add) =>
                    (Modifiers(add), $"{happening.Name} {{ add; remove; }} -> {TypeText.Of(happening)}"),
                FieldInfo field when SurfaceNames.IsVisible(field) => Field(field),
                _ => null,
            };
            if (line is var (modifiers, text))
            {
                yield return (Attributes(member) + modifiers, $"{owner}.{text}");
            }
        }
    }

    private static string Kind(Type type)
    {
        bool isRecord = type.GetMethod("<Clone>$") is not null || (type.IsValueType && type.GetMethod("PrintMembers", SurfaceNames.Declared) is not null);
        string readOnly = type.IsValueType && type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "";
        string refLike = type.IsByRefLike ? "ref " : "";
        return readOnly + refLike + (isRecord ? SurfaceNames.Kind(type).Replace("class", "record").Replace("struct", "record struct") : SurfaceNames.Kind(type));
    }

    private static IEnumerable<string> Bases(Type type)
    {
        if (type.IsEnum)
        {
            return [TypeText.Of(Enum.GetUnderlyingType(type))];
        }

        Type[] interfaces = type.GetInterfaces();
        IEnumerable<Type> inherited = interfaces.SelectMany(one => one.GetInterfaces()).Concat(type.BaseType?.GetInterfaces() ?? []);
        IEnumerable<string> own = interfaces.Except(inherited).Where(one => one.IsPublic || one.IsNestedPublic)
            .Where(one => !(one.IsGenericType && one.GetGenericTypeDefinition() == typeof(IEquatable<>))).Select(TypeText.Of).Order(StringComparer.Ordinal);
        return type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? [TypeText.Of(parent), .. own] : own;
    }

    /// <summary>A compiler marks constructors of types with required members obsolete for older ones; that is not ours.</summary>
    private static string Attributes(MemberInfo member) =>
        (!member.IsDefined(typeof(CompilerFeatureRequiredAttribute)) && member.GetCustomAttribute<ObsoleteAttribute>() is { } obsolete ? $"[Obsolete({SurfaceNames.Constant(obsolete.Message)})] " : "") +
        (member.GetCustomAttribute<ExperimentalAttribute>() is { } experimental ? $"[Experimental(\"{experimental.DiagnosticId}\")] " : "");

    private static string Modifiers(MethodBase method) =>
        (method.IsPublic ? "" : "protected ") + (method.IsStatic ? "static " : "") +
        (method is not MethodInfo { IsVirtual: true } info ? ""
            : info.GetBaseDefinition() != info ? (info.IsFinal ? "sealed override " : "override ")
            : info.IsAbstract ? "abstract " : info.IsFinal ? "" : "virtual ");

    private static (string Modifiers, string Text) Method(MethodInfo method)
    {
        string generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(one => one.Name))}>" : "";
        return (Modifiers(method), $"{method.Name}{generic}({Parameters(method)}) -> {TypeText.Of(method.ReturnParameter)}{Constraints(method.GetGenericArguments())}");
    }

    private static (string Modifiers, string Text)? Property(PropertyInfo property)
    {
        MethodInfo? getter = property.GetMethod is { } get && SurfaceNames.IsVisible(get) ? get : null;
        MethodInfo? setter = property.SetMethod is { } set && SurfaceNames.IsVisible(set) ? set : null;
        if ((getter ?? setter) is not { } accessor)
        {
            return null;
        }

        bool init = setter?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        string accessors = (getter is null ? "" : "get; ") + (setter is null ? "" : init ? "init; " : "set; ");
        ParameterInfo[] index = property.GetIndexParameters();
        string name = index.Length == 0 ? property.Name : $"this[{string.Join(", ", index.Select(Parameter))}]";
        return ((property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "") + Modifiers(accessor), $"{name} {{ {accessors}}} -> {TypeText.Of(property)}");
    }

    private static (string Modifiers, string Text) Field(FieldInfo field) => field.IsLiteral
        ? ("const ", $"{field.Name} = {Value(field.GetRawConstantValue())} -> {TypeText.Of(field)}")
        : ((field.IsPublic ? "" : "protected ") + (field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : ""), $"{field.Name} -> {TypeText.Of(field)}");

    private static string Parameters(MethodBase method)
    {
        string text = string.Join(", ", method.GetParameters().Select(Parameter));
        return method.IsDefined(typeof(ExtensionAttribute)) ? "this " + text : text;
    }

    private static string Parameter(ParameterInfo parameter)
    {
        string kind = parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) ? "params "
            : !parameter.ParameterType.IsByRef ? "" : parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref ";
        string text = $"{kind}{TypeText.Of(parameter)} {parameter.Name}";
        return !parameter.HasDefaultValue ? text
            : $"{text} = {(parameter.DefaultValue is null && parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? "default" : Value(parameter.DefaultValue))}";
    }

    private static string Value(object? value) => value switch
    {
        bool truth => truth ? "true" : "false",
        char character => $"'{character}'",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        Enum member => $"{member.GetType().Name}.{member}",
        _ => SurfaceNames.Constant(value),
    };

    private static string Constraints(Type[] parameters)
    {
        string text = "";
        foreach (Type parameter in parameters.Where(one => one.IsGenericParameter))
        {
            GenericParameterAttributes attributes = parameter.GenericParameterAttributes;
            List<string> constraints = [.. parameter.GetGenericParameterConstraints().Where(one => one != typeof(ValueType)).Select(TypeText.Of)];
            if (attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
            {
                constraints.Insert(0, "struct");
            }
            else if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
            {
                constraints.Insert(0, "class");
            }

            text += constraints.Count > 0 ? $" where {parameter.Name} : {string.Join(", ", constraints)}" : "";
        }

        return text;
    }
}
