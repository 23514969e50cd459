using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using ReflectionCoder.Configuration;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Generation;

/// <summary>A generated answer.</summary>
/// <param name="Text">The answer after its prefix, without markers.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="NewTokens">Tokens written, a stop token not counted.</param>
/// <param name="FinishReason">Why it ended.</param>
public sealed record GeneratedText(string Text, int PromptTokens, int NewTokens, FinishReason FinishReason);

/// <summary>Answers instructions one-off, as the paper's evaluation asks: the instruction as a user message, then one text block of the assistant's.</summary>
/// <remarks>
/// Generation stops at <c>&lt;|endofblock|&gt;</c>, <c>&lt;|endofmessage|&gt;</c>, the tokenizer's eos and those of <see cref="GenerationOptions.StopTokenIds"/>.
/// <see cref="Generate"/> works on the calling thread. The asynchronous members may be called from any thread at any time: they queue their work for a
/// <see cref="TorchThread"/>; tasks and streams continue in the context of whoever awaits them. Use one way or the other, never both at once, and leave
/// the model alone meanwhile. Dispose the generator before the model and a thread that was given.
/// </remarks>
public sealed class TextGenerator : ICodeGenerator, IDisposable
{
    private readonly CodeTokenizer tokenizer;
    private readonly SampleTokenizer prompts;
    private readonly TokenGenerator generator;
    private readonly TorchThread? ownThread;
    private readonly TorchThread thread;

    /// <summary>Creates a generator.</summary>
    /// <param name="model">The model; stays the caller's.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="options">How to choose and when to stop; copied; null for the defaults.</param>
    /// <param name="thread">Where the asynchronous members run torch; stays the caller's. Null for a thread of the generator's own.</param>
    /// <exception cref="ArgumentException">The model has fewer rows than the tokenizer has ids.</exception>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    public TextGenerator(ICausalLanguageModel model, CodeTokenizer tokenizer, GenerationOptions? options = null, TorchThread? thread = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (model.VocabularySize < tokenizer.VocabularySize)
        {
            throw new ArgumentException(
                $"The model's vocabulary has {model.VocabularySize} rows, the tokenizer needs {tokenizer.VocabularySize}: they do not belong together.",
                nameof(tokenizer));
        }

        this.tokenizer = tokenizer;
        prompts = new SampleTokenizer(tokenizer);
        options ??= new GenerationOptions();
        options.Validate();
        MarkerIds markers = tokenizer.MarkerIds;
        options = options with { StopTokenIds = [.. options.StopTokenIds, markers.EndOfBlock, markers.EndOfMessage, tokenizer.EosId] };
        generator = new TokenGenerator(model, options) { TokenLimit = tokenizer.VocabularySize };
        this.thread = thread ?? (ownThread = new TorchThread("generation"));
    }

    /// <summary>Writes one answer on the calling thread.</summary>
    /// <param name="instruction">The user message, without markers.</param>
    /// <param name="answerPrefix">What the answer's text block is made to start with; empty for nothing.</param>
    /// <param name="onText">Called with each piece of text as it is complete; the pieces make up the answer. Null for none.</param>
    /// <param name="cancellationToken">Stops between two tokens.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="SampleFormatException">A text holds half of a surrogate pair.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public GeneratedText Generate(
        string instruction, string answerPrefix = "", Action<string>? onText = null, CancellationToken cancellationToken = default) =>
        GenerationTelemetry.Observe(() => Write(instruction, answerPrefix, onText, cancellationToken));

    private GeneratedText Write(string instruction, string answerPrefix, Action<string>? onText, CancellationToken cancellationToken)
    {
        int[] prompt = prompts.EncodePrompt(instruction, answerPrefix);
        IncrementalDecoder decoder = tokenizer.CreateDecoder(skipSpecialTokens: true, prompt);
        StringBuilder answer = new();
        GeneratedTokens tokens = generator.Generate(prompt, id => Send(decoder.Append(id)), cancellationToken);
        Send(decoder.Finish());
        return new GeneratedText(answer.ToString(), prompt.Length, tokens.Ids.Count, tokens.FinishReason);

        void Send(string text)
        {
            answer.Append(text);
            if (text.Length > 0)
            {
                onText?.Invoke(text);
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="SampleFormatException">A text holds half of a surrogate pair.</exception>
    public async Task<string> GenerateAsync(string instruction, string answerPrefix = "", CancellationToken cancellationToken = default)
    {
        GeneratedText answer = await thread.RunAsync(
            () => Generate(instruction, answerPrefix, onText: null, cancellationToken), cancellationToken).ConfigureAwait(false);
        return answer.Text;
    }

    /// <summary>Writes one answer, piece by piece.</summary>
    /// <param name="instruction">The user message, without markers.</param>
    /// <param name="answerPrefix">What the answer's text block is made to start with; empty for nothing.</param>
    /// <param name="cancellationToken">Stops between two tokens.</param>
    /// <returns>The pieces; leaving the enumeration early stops generation.</returns>
    /// <exception cref="SampleFormatException">A text holds half of a surrogate pair.</exception>
    public async IAsyncEnumerable<string> StreamAsync(
        string instruction, string answerPrefix = "", [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        CancellationToken stop = abandoned.Token;
        Channel<string> pieces = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        Task<GeneratedText> work = thread.RunAsync(
            () => Generate(instruction, answerPrefix, text => pieces.Writer.TryWrite(text), stop), stop);
        _ = work.ContinueWith(
            _ => pieces.Writer.TryComplete(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            await foreach (string piece in pieces.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return piece;
            }

            await work.ConfigureAwait(false);
        }
        finally
        {
            await abandoned.CancelAsync().ConfigureAwait(false);
            await ((Task)work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Finishes the queued answers and ends the generator's own thread; one that was given goes on.</summary>
    public void Dispose() => ownThread?.Dispose();
}
