namespace ReflectionCoder.Curation;

/// <summary>A word of a text: a run of letters and digits. Case and punctuation don't matter.</summary>
/// <param name="Start">Where it begins in the text.</param>
/// <param name="Length">Its length.</param>
/// <param name="Hash">Equal for equal words, and the same on every machine.</param>
/// <param name="IsTelling">Whether it holds two letters or more. Numbers and names of one letter are in every program.</param>
internal readonly record struct Word(int Start, int Length, ulong Hash, bool IsTelling)
{
    /// <summary>Position after its last character.</summary>
    public int End => Start + Length;
}
