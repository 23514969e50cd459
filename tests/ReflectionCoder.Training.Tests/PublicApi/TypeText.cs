using System.Reflection;
using System.Runtime.CompilerServices;

namespace ReflectionCoder.Tests.PublicApi;

/// <summary>Types as C# writes them: keywords, <c>?</c> for what may be null, names of tuple elements. Namespaces of the framework are left out.</summary>
internal sealed class TypeText
{
    private static readonly NullabilityInfoContext Nullability = new();

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool", [typeof(char)] = "char",
        [typeof(sbyte)] = "sbyte", [typeof(byte)] = "byte", [typeof(short)] = "short", [typeof(ushort)] = "ushort", [typeof(int)] = "int",
        [typeof(uint)] = "uint", [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(float)] = "float", [typeof(double)] = "double",
        [typeof(decimal)] = "decimal", [typeof(nint)] = "nint", [typeof(nuint)] = "nuint",
    };

    private readonly Queue<string?> elementNames;

    private TypeText(ICustomAttributeProvider? member) => elementNames =
        new(member?.GetCustomAttributes(typeof(TupleElementNamesAttribute), inherit: false) is [TupleElementNamesAttribute names] ? names.TransformNames : []);

    public static string Of(Type type) => new TypeText(null).Write(type, null);

    public static string Of(ParameterInfo parameter) => new TypeText(parameter).Write(parameter.ParameterType, Nullability.Create(parameter));

    public static string Of(PropertyInfo property) => new TypeText(property).Write(property.PropertyType, Nullability.Create(property));

    public static string Of(FieldInfo field) => new TypeText(field).Write(field.FieldType, Nullability.Create(field));

    public static string Of(EventInfo happening) => new TypeText(happening).Write(happening.EventHandlerType!, Nullability.Create(happening));

    /// <summary>A declared type with its namespace and type parameters.</summary>
    public static string Owner(Type type)
    {
        string name = Simple(type) + (type.IsGenericType ? $"<{string.Join(", ", type.GetGenericArguments().Select(one => one.Name))}>" : "");
        return type.DeclaringType is { } outer ? $"{Owner(outer)}.{name}" : $"{type.Namespace}.{name}";
    }

    /// <summary>The name as a constructor has it.</summary>
    public static string Simple(Type type) => type.Name.Split('`')[0];

    private string Write(Type type, NullabilityInfo? info)
    {
        if (type.IsByRef)
        {
            return Write(type.GetElementType()!, info?.ElementType ?? info);
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Write(underlying, null) + "?";
        }

        string mark = !type.IsValueType && info is { } && (info.ReadState == NullabilityState.Nullable || info.WriteState == NullabilityState.Nullable) ? "?" : "";
        if (type.IsArray)
        {
            return $"{Write(type.GetElementType()!, info?.ElementType)}[{new string(',', type.GetArrayRank() - 1)}]{mark}";
        }

        if (type.IsGenericParameter)
        {
            return type.Name + mark;
        }

        if (Keywords.TryGetValue(type, out string? keyword))
        {
            return keyword + mark;
        }

        if (!type.IsGenericType)
        {
            return Qualified(type) + mark;
        }

        Type[] arguments = type.GetGenericArguments();
        NullabilityInfo?[] infos = info?.GenericTypeArguments is { } known && known.Length == arguments.Length ? known : new NullabilityInfo?[arguments.Length];
        bool isTuple = type.Namespace == "System" && Simple(type) == "ValueTuple";
        string?[] names = [.. arguments.Select(_ => isTuple && elementNames.TryDequeue(out string? name) ? " " + name : "")];
        string list = string.Join(", ", arguments.Select((argument, i) => Write(argument, infos[i]) + names[i]));
        return (isTuple ? $"({list})" : $"{Qualified(type)}<{list}>") + mark;
    }

    private static string Qualified(Type type)
    {
        string name = Simple(type);
        return type.DeclaringType is { } outer ? $"{Qualified(outer)}.{name}"
            : type.Namespace is { } space && (space == "System" || space.StartsWith("System.")) ? name
            : $"{type.Namespace}.{name}";
    }
}
