namespace ReflectionCoder.Samples.ComposeTasks.Operations;

/// <summary>All operations.</summary>
internal static class OperationCatalog
{
    /// <summary>In a fixed order, on which the tasks of a seed depend.</summary>
    public static IReadOnlyList<Operation> All { get; } =
    [.. NumberListOperations.All, .. WordListOperations.All, .. TextOperations.All, .. NumberOperations.All, .. TableOperations.All];

    private static readonly Dictionary<ValueType, Operation[]> ByType = All.GroupBy(operation => operation.From)
        .ToDictionary(group => group.Key, group => group.ToArray());

    /// <summary>Those that take a type.</summary>
    public static IReadOnlyList<Operation> Taking(ValueType type) => ByType[type];
}
