using System.Text;
using ReflectionCoder.Masking;
using ReflectionCoder.Randomness;
using ReflectionCoder.Reports;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Curation.Reporting;

/// <summary>Shows which tokens of a sample's first answer a mask strategy hides from the student.</summary>
internal sealed class MaskPreview(SampleTokenizer tokenizer, DataReportOptions options)
{
    /// <summary>The strategy and the rate in words; empty if no mask is shown.</summary>
    public string Description =>
        options.Strategy is { } strategy ? FormattableString.Invariant($"{strategy.Identity} at rate {options.MaskRate:0.###}") : "";

    /// <summary>Tokenizes a sample and masks it.</summary>
    /// <param name="conversation">The sample.</param>
    /// <param name="line">Its line in the file, which decides what a random strategy draws.</param>
    public MaskedSample Mask(Conversation conversation, long line)
    {
        TokenizedSample sample = tokenizer.Tokenize(conversation)!; // no sample is too long
        if (options.Strategy is null || conversation.Type != SampleType.Reflection)
        {
            return new MaskedSample(tokenizer.Tokenizer, sample, null);
        }

        NumpyRandomState random = new(unchecked((options.Seed ?? 0) + (uint)line));
        return new MaskedSample(tokenizer.Tokenizer, sample, new SequenceMasker([options.Strategy]).Mask(sample, options.MaskRate, random));
    }
}

/// <summary>A tokenized sample with its mask.</summary>
/// <param name="tokenizer">Decodes the tokens.</param>
/// <param name="sample">The sample.</param>
/// <param name="visible">Whether the student sees each token; null if there is no mask.</param>
internal sealed class MaskedSample(CodeTokenizer tokenizer, TokenizedSample sample, bool[]? visible)
{
    /// <summary>How many tokens the sample has.</summary>
    public int Length => sample.Length;

    /// <summary>Whether there is a mask.</summary>
    public bool IsMasked => visible is not null;

    /// <summary>How many tokens the first answer has, the markers of its blocks included.</summary>
    public int ReflectionLength => sample.ReflectionEnd - sample.ReflectionStart;

    /// <summary>How many of them are hidden.</summary>
    public int Hidden => visible?.AsSpan(sample.ReflectionStart, ReflectionLength).Count(false) ?? 0;

    /// <summary>How many tokens a block has, its markers included.</summary>
    /// <param name="block">Which block of the sample, from 0.</param>
    public int LengthOf(int block) => sample.Spans[block].Length;

    /// <summary>
    /// The text of a block of the first answer, as its tokens say it, cut where hidden and visible tokens meet. A character of several
    /// tokens belongs to the last of them.
    /// </summary>
    /// <param name="block">Which block of the sample, from 0.</param>
    /// <param name="content">Its content, which is returned whole if there is no mask.</param>
    public IReadOnlyList<ReportPiece> PiecesOf(int block, string content)
    {
        TokenSpan span = sample.Spans[block];
        if (visible is null || span.Start < sample.ReflectionStart || span.Start >= sample.ReflectionEnd)
        {
            return [new ReportPiece(content, false)];
        }

        // The first token is the type's marker and the last one the end's.
        IncrementalDecoder decoder = tokenizer.CreateDecoder();
        List<ReportPiece> pieces = [];
        StringBuilder piece = new();
        bool isHidden = false;
        for (int i = span.Start + 1; i < span.Start + span.Length - 1; i++)
        {
            string text = decoder.Append(sample.InputIds[i]);
            if (text.Length > 0 && isHidden == visible[i])
            {
                EndPiece();
                isHidden = !visible[i];
            }

            piece.Append(text);
        }

        piece.Append(decoder.Finish());
        EndPiece();
        return pieces;

        void EndPiece()
        {
            if (piece.Length > 0)
            {
                pieces.Add(new ReportPiece(piece.ToString(), isHidden));
                piece.Clear();
            }
        }
    }
}
