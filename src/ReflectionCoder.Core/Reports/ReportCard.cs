namespace ReflectionCoder.Reports;

/// <summary>One of many things of a report that a reader wants to choose from, such as a sample of a data set.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Note">What else the folded card says, in a line.</param>
/// <param name="Choices">
/// For each choice of the block, which values the card has. Choosing one of them shows the card.
/// </param>
/// <param name="Numbers">For each range of the block, the card's number; null if it has none.</param>
/// <param name="Blocks">What unfolds.</param>
internal sealed record ReportCard(
    string Title,
    string Note,
    IReadOnlyList<IReadOnlyList<string>> Choices,
    IReadOnlyList<double?> Numbers,
    IReadOnlyList<ReportBlock> Blocks
);
