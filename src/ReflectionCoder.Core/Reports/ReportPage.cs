using ReflectionCoder.Files;
using ReflectionCoder.Reports.Html;

namespace ReflectionCoder.Reports;

/// <summary>A report that can be written as one HTML page. Immutable and thread-safe, if its lists are not changed.</summary>
/// <remarks>
/// The page needs no other file and no network, works without scripts, and can be printed. Every text is data: whatever it holds, it is
/// shown and never becomes a part of the page's own structure. Equal reports give equal bytes.
/// </remarks>
public sealed record ReportPage
{
    /// <summary>The page's title.</summary>
    public required string Title { get; init; }

    /// <summary>A line below the title, such as what was measured and how. The default value is empty.</summary>
    public string Subtitle { get; init; } = "";

    /// <summary>The sections, in the order of the page. With two or more of them the page has a list of contents.</summary>
    public required IReadOnlyList<ReportSection> Sections { get; init; }

    /// <summary>Makes the page.</summary>
    /// <returns>HTML, with line feeds as line ends.</returns>
    public string ToHtml() => PageRenderer.Render(this);

    /// <summary>Writes the page to a file in UTF-8, in one step: a reader sees the old file or the whole new one.</summary>
    /// <param name="path">The file; replaced if it exists. Its folder is created if needed.</param>
    /// <param name="cancellationToken">Stops before the file is written.</param>
    /// <exception cref="FileWriteException">The file can't be written; the old file is unchanged.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public Task WriteAsync(string path, CancellationToken cancellationToken = default) =>
        ReportFile.WriteAsync(path, ToHtml(), cancellationToken);
}

/// <summary>A part of a <see cref="ReportPage"/> under a heading of its own.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Blocks">What the section holds, in the order of the page.</param>
public sealed record ReportSection(string Title, IReadOnlyList<ReportBlock> Blocks);
