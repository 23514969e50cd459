using ReflectionCoder.Configuration;
using ReflectionCoder.Files;
using ReflectionCoder.Sequences;
using ReflectionCoder.SourceCode;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Curation.Reporting;

/// <summary>
/// Shows a data set as one HTML page: what it is made of, and samples to read, block by block, with what a mask would hide.
/// </summary>
public static class DataReport
{
    /// <summary>
    /// Writes the page. It needs no other file and no network. The data set is read once, line by line; only the samples that are shown
    /// stay in memory.
    /// </summary>
    /// <param name="dataPath">A JSONL file of conversations. A name that ends in <c>.gz</c> is decompressed.</param>
    /// <param name="reportPath">The page; replaced if it exists. Its folder is created if needed.</param>
    /// <param name="options">The options. The default value is null: the default options.</param>
    /// <param name="cancellationToken">Stops before the page is written.</param>
    /// <exception cref="InvalidOptionsException">An option is out of range.</exception>
    /// <exception cref="DataFormatException">A line doesn't have the format, or the file has no line.</exception>
    /// <exception cref="SampleFormatException">The tokenizer can't encode a sample.</exception>
    /// <exception cref="IOException">The data set can't be read.</exception>
    /// <exception cref="FileWriteException">The page can't be written; the old one is unchanged.</exception>
    public static async Task WriteAsync(
        string dataPath,
        string reportPath,
        DataReportOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(dataPath);
        ArgumentException.ThrowIfNullOrEmpty(reportPath);
        options = options is null ? new DataReportOptions() : options with { };
        options.Validate();
        CodeTokenizer tokenizer = options.Tokenizer ?? CodeTokenizer.CreateByteLevel();
        SequenceStatistics statistics = new(tokenizer);
        SampleChoice choice = new(options.Samples, options.Seed);
        SampleMeasures measures = new(options.Readers);
        await Task.Run(
                () =>
                {
                    foreach (NumberedConversation sample in SequenceReader.ReadNumbered(dataPath))
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        NumberedConversation measured = sample with { Conversation = measures.Complete(sample.Conversation) };
                        statistics.Add(measured.Conversation);
                        choice.Offer(measured);
                    }
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        if (statistics.Count == 0)
        {
            throw new DataFormatException(dataPath, "holds no sample.");
        }

        SampleTokenizer samples = new(tokenizer, new SampleTokenizerOptions { MaxLength = int.MaxValue });
        MaskPreview preview = new(samples, options);
        DataPage page = new(Path.GetFileName(dataPath), statistics, choice, preview, measures.Measured);
        await page.Create().WriteAsync(reportPath, cancellationToken).ConfigureAwait(false);
    }
}
