using ReflectionCoder.Sequences;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Curation.Reporting;

/// <summary>Finds out what samples don't say of themselves: their language, and the divergence of their code. Not thread-safe.</summary>
internal sealed class SampleMeasures(IReadOnlyList<CodeReader> readers)
{
    /// <summary>For how many samples the divergence was measured.</summary>
    public int Measured { get; private set; }

    /// <summary>Fills in the language, if a fence of the last answer names it, and the divergence.</summary>
    public Conversation Complete(Conversation conversation)
    {
        SampleMetadata metadata = conversation.Metadata ?? new SampleMetadata();
        string? language = metadata.Language ?? FenceLanguage(conversation);
        metadata = metadata with { Language = language };
        if (metadata.TokenDivergence is null && CodeDivergence.Of(conversation, ReaderOf(language)) is { } divergence)
        {
            Measured++;
            metadata = metadata with { TokenDivergence = divergence.Tokens, SyntaxDivergence = divergence.Syntax };
        }

        return conversation with
        {
            Metadata = metadata,
        };
    }

    private CodeReader ReaderOf(string? language) =>
        readers.FirstOrDefault(reader => string.Equals(reader.Language, language, StringComparison.OrdinalIgnoreCase))
        ?? CodeReader.ForAnyLanguage(string.IsNullOrEmpty(language) ? "unknown" : language);

    private static string? FenceLanguage(Conversation conversation) =>
        conversation.Messages is [.., { Role: MessageRole.Assistant } answer]
            ? answer
                .Content.Where(block => block.Type == BlockType.Text)
                .SelectMany(block => FencedCode.FindPrograms(block.Content))
                .Select(code => code.Language)
                .LastOrDefault(language => language.Length > 0)
            : null;
}
