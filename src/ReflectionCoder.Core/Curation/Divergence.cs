namespace ReflectionCoder.Curation;

/// <summary>How far two programs differ.</summary>
/// <param name="Tokens">
/// The edit distance of their tokens, as a share of the longer one's tokens: 0 if they are equal but for comments and white space, 1 if
/// they have nothing in common.
/// </param>
/// <param name="Syntax">
/// The same for the nodes of their syntax trees, in which names don't count: 0 if they differ only in the names of variables. Null if there
/// is no parser for the language, or it can't read one of them.
/// </param>
public sealed record Divergence(double Tokens, double? Syntax);
