namespace ReflectionCoder.Curation;

/// <summary>The earlier text that a text duplicates.</summary>
/// <param name="Id">The id of the earlier text.</param>
/// <param name="Similarity">The Jaccard index of their shingles, from above 0 to 1.</param>
/// <param name="IsExact">Whether the texts are equal but for white space.</param>
public sealed record DuplicateMatch(string Id, double Similarity, bool IsExact);
