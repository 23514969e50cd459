using System.Text;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Generation;

/// <summary>
/// Turns the tokens of an answer, one by one, into blocks of text: decodes them, splits them at markers, and looks for stop strings.
/// </summary>
/// <remarks>
/// Stop strings are looked for inside each block. Text is held back while it may still change: bytes of an incomplete character, and what
/// may be the beginning of a stop string.
/// </remarks>
internal sealed class AnswerReader
{
    private readonly CodeTokenizer tokenizer;
    private readonly IReadOnlyList<string> stops;
    private readonly int[] prompt;
    private readonly Action<TextChunk>? onChunk;
    private readonly List<Block> blocks = [];
    private readonly StringBuilder text = new();
    private IncrementalDecoder decoder;
    private StopStringFinder finder;
    private BlockType? open;

    /// <summary>Begins an answer.</summary>
    /// <param name="tokenizer">The vocabulary.</param>
    /// <param name="prompt">The prompt's ids.</param>
    /// <param name="answerBlock">The type of the block that the prompt opens; null if it opens none.</param>
    /// <param name="stops">Stop strings.</param>
    /// <param name="onChunk">Called with each piece of text as soon as it is certain; null: not called.</param>
    internal AnswerReader(
        CodeTokenizer tokenizer,
        int[] prompt,
        BlockType? answerBlock,
        IReadOnlyList<string> stops,
        Action<TextChunk>? onChunk
    )
    {
        this.tokenizer = tokenizer;
        this.prompt = prompt;
        this.stops = stops;
        this.onChunk = onChunk;
        open = answerBlock;
        (decoder, finder) = Start();
    }

    /// <summary>Takes the next token.</summary>
    /// <returns>Whether the answer goes on: false if a stop string was found.</returns>
    internal bool Accept(int id)
    {
        if (tokenizer.MarkerIds.TypeOf(id) is { } next)
        {
            Close();
            open = next;
        }
        else if (id == tokenizer.MarkerIds.EndOfBlock)
        {
            Close();
        }
        else
        {
            Send(finder.Append(decoder.Append(id)));
        }

        return !finder.IsFound;
    }

    /// <summary>Ends the answer.</summary>
    internal GeneratedText Finish(GeneratedTokens tokens)
    {
        bool found = finder.IsFound;
        if (!found)
        {
            Close(out found);
        }
        else
        {
            Keep();
        }

        return new GeneratedText(
            string.Concat(blocks.Select(block => block.Content)),
            prompt.Length,
            tokens.Ids.Count,
            found ? FinishReason.StopString : tokens.FinishReason
        )
        {
            Blocks = blocks,
            PromptIds = prompt,
            WrittenIds = tokens.StopToken is { } stop ? [.. tokens.Ids, stop] : tokens.Ids,
        };
    }

    private void Close() => Close(out _);

    private void Close(out bool found)
    {
        Send(finder.Append(decoder.Finish())); // an incomplete character becomes U+FFFD, which may complete a stop string
        found = finder.IsFound;
        Send(finder.Finish());
        Keep();
        if (!found)
        {
            (decoder, finder) = Start();
        }
    }

    private void Keep()
    {
        if (open is { } type)
        {
            blocks.Add(new Block(type, text.ToString()));
        }

        text.Clear();
        open = null;
    }

    private void Send(string piece)
    {
        if (piece.Length > 0)
        {
            open ??= BlockType.Text;
            text.Append(piece);
            onChunk?.Invoke(new TextChunk(piece, open.Value, blocks.Count));
        }
    }

    private (IncrementalDecoder Decoder, StopStringFinder Finder) Start() =>
        (tokenizer.CreateDecoder(skipSpecialTokens: true, prompt), new StopStringFinder(stops));
}
