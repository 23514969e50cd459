using System.Globalization;
using System.Text;
using ReflectionCoder.Reports;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Curation.Reporting;

/// <summary>Makes the card of a sample: what was measured of it, and its blocks.</summary>
internal static class SampleCard
{
    private const int TitleLength = 90;

    /// <summary>What the cards can be filtered by.</summary>
    public static IReadOnlyList<string> Choices { get; } = ["Type", "Language", "Attempts", "Tests", "Mistake"];

    /// <summary>The numbers that the cards can be filtered by.</summary>
    public static IReadOnlyList<string> Ranges { get; } = ["Token divergence", "Syntax divergence", "Weight", "Tokens"];

    /// <summary>Makes the card.</summary>
    /// <param name="sample">The sample; its metadata are complete.</param>
    /// <param name="preview">Masks it.</param>
    public static ReportCard Create(NumberedConversation sample, MaskPreview preview)
    {
        Conversation conversation = sample.Conversation;
        SampleMetadata metadata = conversation.Metadata ?? new SampleMetadata();
        MaskedSample masked = preview.Mask(conversation, sample.Line);
        int? attempts = conversation.Type == SampleType.Reflection ? SequenceStatistics.AttemptsOf(conversation) : null;
        string type = conversation.Type == SampleType.Reflection ? "reflection" : "generation";
        string language = metadata.Language ?? "unknown";
        return new ReportCard(
            Invariant($"Line {sample.Line}: {metadata.TaskId ?? Beginning(conversation)}"),
            Note(language, attempts, metadata, masked),
            [
                [type],
                [language],
                attempts is { } count ? [Invariant($"{count}")] : [],
                [SequenceStatistics.NameOf(metadata.Tests)],
                metadata.Mistakes,
            ],
            [metadata.TokenDivergence, metadata.SyntaxDivergence, conversation.Weight, masked.Length],
            [ReportBlock.Figures([.. Figures(conversation, metadata, masked)]), .. Facts(metadata), .. Passages(conversation, masked)]
        );
    }

    private static string Note(string language, int? attempts, SampleMetadata metadata, MaskedSample masked)
    {
        List<string> parts = [language];
        if (attempts is { } count)
        {
            parts.Add(Invariant($"{count} attempt{(count == 1 ? "" : "s")}"));
        }

        parts.Add(Invariant($"{masked.Length:N0} tokens"));
        if (metadata.TokenDivergence is { } divergence)
        {
            parts.Add(Invariant($"divergence {divergence:0.##}"));
        }

        return string.Join(" · ", parts);
    }

    private static IEnumerable<ReportFigure> Figures(Conversation conversation, SampleMetadata metadata, MaskedSample masked)
    {
        yield return new ReportFigure(
            "Tokens",
            Invariant($"{masked.Length:N0}"),
            Invariant($"{SequenceStatistics.BytesOf(conversation):N0} bytes")
        );
        if (masked.IsMasked)
        {
            yield return new ReportFigure(
                "Hidden tokens",
                Invariant($"{masked.Hidden:N0}"),
                Invariant($"of {masked.ReflectionLength:N0} of the first answer")
            );
        }

        yield return new ReportFigure("Weight", Invariant($"{conversation.Weight:0.####}"));
        if (metadata.TokenDivergence is { } tokens)
        {
            yield return new ReportFigure("Token divergence", Invariant($"{tokens:0.###}"), "of the last attempt and the final code");
        }

        if (metadata.SyntaxDivergence is { } syntax)
        {
            yield return new ReportFigure("Syntax divergence", Invariant($"{syntax:0.###}"));
        }
    }

    private static IEnumerable<ReportBlock> Facts(SampleMetadata metadata)
    {
        List<string> facts = [];
        if (metadata.TaskId is { } task)
        {
            facts.Add($"Task: {task}" + (metadata.Variant is { } variant ? Invariant($", variant {variant}") : ""));
        }

        if (metadata.Tests is not null)
        {
            facts.Add(
                metadata.Tests == TestOrigin.Task
                    ? "The final code has passed the task's own tests."
                    : "The final code has passed tests that its author wrote."
            );
        }

        if (metadata.Mistakes.Count > 0)
        {
            facts.Add($"Mistakes: {string.Join(", ", metadata.Mistakes)}");
        }

        return facts.Count > 0 ? [ReportBlock.Text(string.Join('\n', facts))] : [];
    }

    private static IEnumerable<ReportBlock> Passages(Conversation conversation, MaskedSample masked)
    {
        int index = 0;
        foreach (Message message in conversation.Messages)
        {
            foreach (Block block in message.Content)
            {
                yield return ReportBlock.Passage(
                    KindOf(message.Role, block.Type),
                    CaptionOf(message.Role, block.Type),
                    Invariant($"{masked.LengthOf(index):N0} tokens, {Encoding.UTF8.GetByteCount(block.Content):N0} bytes"),
                    masked.PiecesOf(index, block.Content)
                );
                index++;
            }
        }
    }

    private static ReportPassageKind KindOf(MessageRole role, BlockType type) =>
        role == MessageRole.User ? ReportPassageKind.Instruction
        : type == BlockType.Code ? ReportPassageKind.Code
        : type == BlockType.Execution ? ReportPassageKind.Output
        : ReportPassageKind.Text;

    private static string CaptionOf(MessageRole role, BlockType type) =>
        (role == MessageRole.User ? "User: " : "Assistant: ")
        + type switch
        {
            BlockType.Code => "code",
            BlockType.Execution => "execution",
            _ => "text",
        };

    /// <summary>The longest line that the user wrote, which most often says the task.</summary>
    private static string Beginning(Conversation conversation)
    {
        string line =
            conversation
                .Messages.Where(message => message.Role == MessageRole.User)
                .SelectMany(message => message.Content)
                .SelectMany(block => block.Content.ReplaceLineEndings("\n").Split('\n'))
                .MaxBy(line => line.Length)
                ?.Trim()
            ?? "";
        if (line.Length <= TitleLength)
        {
            return line;
        }

        int end = char.IsHighSurrogate(line[TitleLength - 1]) ? TitleLength - 1 : TitleLength;
        return line[..end] + "…";
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
