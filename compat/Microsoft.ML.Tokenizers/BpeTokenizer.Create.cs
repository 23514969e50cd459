namespace Microsoft.ML.Tokenizers;

/// <content>Ways to create one.</content>
public sealed partial class BpeTokenizer
{
    public static BpeTokenizer Create(BpeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new BpeTokenizer(options);
    }

    public static BpeTokenizer Create(string vocabFile, string? mergesFile) => new(new BpeOptions(vocabFile, mergesFile));

    public static BpeTokenizer Create(
        string vocabFile,
        string? mergesFile,
        PreTokenizer? preTokenizer = null,
        Normalizer? normalizer = null,
        IReadOnlyDictionary<string, int>? specialTokens = null,
        string? unknownToken = null,
        string? continuingSubwordPrefix = null,
        string? endOfWordSuffix = null,
        bool fuseUnknownTokens = false) =>
        new(With(
            new BpeOptions(vocabFile, mergesFile),
            preTokenizer,
            normalizer,
            specialTokens,
            unknownToken,
            continuingSubwordPrefix,
            endOfWordSuffix,
            fuseUnknownTokens));

    public static BpeTokenizer Create(Stream vocabStream, Stream? mergesStream) => new(FromStreams(vocabStream, mergesStream));

    public static BpeTokenizer Create(
        Stream vocabStream,
        Stream? mergesStream,
        PreTokenizer? preTokenizer = null,
        Normalizer? normalizer = null,
        IReadOnlyDictionary<string, int>? specialTokens = null,
        string? unknownToken = null,
        string? continuingSubwordPrefix = null,
        string? endOfWordSuffix = null,
        bool fuseUnknownTokens = false) =>
        new(With(
            FromStreams(vocabStream, mergesStream),
            preTokenizer,
            normalizer,
            specialTokens,
            unknownToken,
            continuingSubwordPrefix,
            endOfWordSuffix,
            fuseUnknownTokens));

    private static BpeOptions FromStreams(Stream vocabStream, Stream? mergesStream)
    {
        ArgumentNullException.ThrowIfNull(vocabStream);
        BpeOptions options = new(BpeFiles.ReadVocabulary(vocabStream));
        options.Merges = mergesStream is null ? null : BpeFiles.ReadMerges(mergesStream);
        return options;
    }

    private static BpeOptions With(
        BpeOptions options,
        PreTokenizer? preTokenizer,
        Normalizer? normalizer,
        IReadOnlyDictionary<string, int>? specialTokens,
        string? unknownToken,
        string? continuingSubwordPrefix,
        string? endOfWordSuffix,
        bool fuseUnknownTokens)
    {
        options.PreTokenizer = preTokenizer;
        options.Normalizer = normalizer;
        options.SpecialTokens = specialTokens;
        options.UnknownToken = unknownToken;
        options.ContinuingSubwordPrefix = continuingSubwordPrefix;
        options.EndOfWordSuffix = endOfWordSuffix;
        options.FuseUnknownTokens = fuseUnknownTokens;
        return options;
    }
}
