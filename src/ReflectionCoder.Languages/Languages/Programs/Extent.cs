namespace ReflectionCoder.Languages.Programs;

/// <summary>A part of a source text, in UTF-16 units.</summary>
/// <param name="Start">Where it starts.</param>
/// <param name="End">Position behind it.</param>
internal readonly record struct Extent(int Start, int End)
{
    /// <summary>How many UTF-16 units it has.</summary>
    public int Length => End - Start;

    /// <summary>Whether another part lies within this one.</summary>
    public bool Contains(Extent other) => Start <= other.Start && other.End <= End;
}
