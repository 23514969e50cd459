namespace ReflectionCoder.Samples.Ablate.Arms;

/// <summary>Which reflection samples an arm has, and in which form.</summary>
internal enum ReflectionChoice
{
    /// <summary>All, whole.</summary>
    Whole,

    /// <summary>All, as their one-off form alone: the last request and the final code, a plain sample.</summary>
    FinalCode,

    /// <summary>The half on which the base's teacher and student differ most, each twice.</summary>
    MostDivergent,

    /// <summary>The half on which they differ least, each twice.</summary>
    LeastDivergent,

    /// <summary>All, with a sample's distillation terms weighed by its divergence; the mean weight is 1.</summary>
    WeighedByDivergence,

    /// <summary>The data's, of those tasks for which the model wrote a wrong attempt too.</summary>
    WrittenBefore,

    /// <summary>Those in which the wrong attempt is one that the model wrote after a first round.</summary>
    WrittenByModel,
}
