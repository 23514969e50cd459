namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>What goes into an operation or comes out of it.</summary>
internal enum ValueType
{
    /// <summary>A list of whole numbers; <c>long[]</c>.</summary>
    Numbers,

    /// <summary>A list of strings; <c>string[]</c>.</summary>
    Words,

    /// <summary>A string; <c>string</c>.</summary>
    Text,

    /// <summary>A whole number; <c>long</c>.</summary>
    Number,

    /// <summary>A dictionary of strings to whole numbers, in its order; <c>(string, long)[]</c>.</summary>
    Table,
}
