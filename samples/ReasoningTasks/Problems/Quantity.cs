namespace ReflectionCoder.Samples.ReasoningTasks.Problems;

/// <summary>What a story counts at the moment.</summary>
internal enum Quantity
{
    /// <summary>The story's things, such as eggs.</summary>
    Things,

    /// <summary>Boxes of them.</summary>
    Boxes,

    /// <summary>Money.</summary>
    Coins,
}
