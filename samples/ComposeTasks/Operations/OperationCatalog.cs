namespace ReflectionCoder.Samples.ComposeTasks.Operations;

/// <summary>All operations.</summary>
internal static class OperationCatalog
{
    /// <summary>In a fixed order, on which the tasks of a seed depend.</summary>
    public static IReadOnlyList<Operation> All { get; } =
    [.. NumberListOperations.All, .. WordListOperations.All, .. TextOperations.All, .. NumberOperations.All, .. TableOperations.All];

    private static readonly ILookup<ValueType, Operation> ByType = All.ToLookup(operation => operation.From);

    /// <summary>Those that take a type.</summary>
    public static IReadOnlyList<Operation> Taking(ValueType type) => [.. ByType[type]];
}
