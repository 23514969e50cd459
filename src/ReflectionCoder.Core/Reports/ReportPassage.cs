namespace ReflectionCoder.Reports;

/// <summary>What a passage is. It decides the colour; the caption must say the same.</summary>
internal enum ReportPassageKind
{
    /// <summary>What was asked.</summary>
    Instruction,

    /// <summary>Natural language.</summary>
    Text,

    /// <summary>A program.</summary>
    Code,

    /// <summary>What a program printed.</summary>
    Output,
}

/// <summary>A part of a passage.</summary>
/// <param name="Text">The text.</param>
/// <param name="IsMarked">Whether it stands out.</param>
internal readonly record struct ReportPiece(string Text, bool IsMarked);
