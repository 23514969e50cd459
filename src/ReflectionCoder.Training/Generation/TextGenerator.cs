using System.Runtime.CompilerServices;
using ReflectionCoder.Configuration;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Modeling;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;
using ReflectionCoder.Torch;

namespace ReflectionCoder.Generation;

/// <summary>
/// Writes answers with a model: to single instructions, as in the paper's evaluation, or to whole conversations; one answer at a time or
/// many side by side.
/// </summary>
/// <remarks>
/// <para>Generation stops at <c>&lt;|endofmessage|&gt;</c>, at the marker of another message, at the tokenizer's eos, at the eos ids that
/// the model lists (<see cref="ICausalLanguageModel.GenerationConfig"/>), and at the tokens and strings that
/// <see cref="GenerationOptions"/> name. <c>&lt;|endofblock|&gt;</c> stops it where a block was opened for the answer
/// (<see cref="TextRequest.AnswerBlock"/>); otherwise it doesn't, even if the model lists it.</para>
/// <para><see cref="Generate"/> and <see cref="GenerateBatch"/> work on the calling thread. The asynchronous members may be called from any
/// thread at any time: they queue their work for a <see cref="TorchThread"/>, which does one call after another. Code after an
/// <c>await</c> continues in the caller's context. Don't use both kinds at the same time, and don't use the model otherwise
/// meanwhile.</para>
/// <para>Leaving a stream early stops the model. Reading it slowly doesn't: what is written meanwhile waits in memory.</para>
/// <para>Dispose the generator before the model, and before a thread that was given to it.</para>
/// </remarks>
public sealed class TextGenerator : ICodeGenerator, IDisposable
{
    private readonly ICausalLanguageModel model;
    private readonly CodeTokenizer tokenizer;
    private readonly SampleTokenizer prompts;
    private readonly GenerationOptions options;
    private readonly TokenGenerator generator;
    private readonly TorchThread? ownThread;
    private readonly TorchThread thread;

    /// <summary>Creates a generator.</summary>
    /// <param name="model">The model; stays the caller's to dispose.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="options">How tokens are chosen and when generation stops; copied. The default value is null: the default
    /// options.</param>
    /// <param name="thread">The thread on which the asynchronous members run torch; stays the caller's to dispose. The default value is
    /// null: the generator has a thread of its own.</param>
    /// <exception cref="ArgumentException">The model has fewer rows than the tokenizer has ids.</exception>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    public TextGenerator(ICausalLanguageModel model, CodeTokenizer tokenizer, GenerationOptions? options = null, TorchThread? thread = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (model.VocabularySize < tokenizer.VocabularySize)
        {
            throw new ArgumentException(
                $"The model's vocabulary has {model.VocabularySize} rows, the tokenizer needs {tokenizer.VocabularySize}: they do not "
                    + "belong together.",
                nameof(tokenizer)
            );
        }

        this.model = model;
        this.tokenizer = tokenizer;
        prompts = new SampleTokenizer(tokenizer);
        this.options = (options ?? new GenerationOptions()) with { };
        generator = new TokenGenerator(model, this.options) { TokenLimit = tokenizer.VocabularySize };
        this.thread = thread ?? (ownThread = new TorchThread("generation"));
    }

    /// <summary>A copy of the options, which apply to requests without options of their own.</summary>
    public GenerationOptions Options => options with { };

    /// <summary>Writes one answer on the calling thread.</summary>
    /// <param name="instruction">The user message, without markers.</param>
    /// <param name="answerPrefix">The beginning of the answer, which the model continues. The default value is empty.</param>
    /// <param name="onText">Called with each piece of text as soon as it is certain; together the pieces are the answer. The default value
    /// is null: not called.</param>
    /// <param name="cancellationToken">Stops before the next token.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="SampleFormatException">A text is no valid Unicode: it holds half of a surrogate pair.</exception>
    /// <exception cref="PromptTooLongException">The prompt leaves no room for an answer.</exception>
    /// <exception cref="OperationCanceledException">Generation was cancelled.</exception>
    public GeneratedText Generate(
        string instruction,
        string answerPrefix = "",
        Action<string>? onText = null,
        CancellationToken cancellationToken = default
    ) =>
        Write(
            [TextRequest.OneOff(instruction, answerPrefix)],
            onText is null ? null : (_, chunk) => onText(chunk.Text),
            onAnswer: null,
            cancellationToken,
            alone: true
        )[0];

    /// <summary>Writes many answers on the calling thread, <see cref="GenerationOptions.BatchSize"/> side by side.</summary>
    /// <param name="requests">The requests. An answer depends only on its request, and on its place among the requests without an
    /// index.</param>
    /// <param name="onAnswer">Called with an answer's position in the list and the answer, as soon as it is finished. The default value is
    /// null: not called.</param>
    /// <param name="cancellationToken">Stops before the next token.</param>
    /// <returns>
    /// The answers, in the order of the requests. If a prompt leaves no room for an answer, its answer is empty
    /// (<see cref="FinishReason.PromptTooLong"/>); the others are written all the same.
    /// </returns>
    /// <exception cref="ArgumentException">A request has an answer prefix, but no answer block.</exception>
    /// <exception cref="SampleFormatException">A text is no valid Unicode: it holds half of a surrogate pair.</exception>
    /// <exception cref="InvalidOptionsException">A request's options are out of range.</exception>
    /// <exception cref="OperationCanceledException">Generation was cancelled.</exception>
    public IReadOnlyList<GeneratedText> GenerateBatch(
        IReadOnlyList<TextRequest> requests,
        Action<int, GeneratedText>? onAnswer = null,
        CancellationToken cancellationToken = default
    ) => Write(requests, onChunk: null, onAnswer, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="SampleFormatException">A text is no valid Unicode: it holds half of a surrogate pair.</exception>
    /// <exception cref="PromptTooLongException">The prompt leaves no room for an answer.</exception>
    public async Task<string> GenerateAsync(string instruction, string answerPrefix = "", CancellationToken cancellationToken = default) =>
        (await GenerateAsync(TextRequest.OneOff(instruction, answerPrefix), cancellationToken).ConfigureAwait(false)).Text;

    /// <summary>Writes one answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Stops before the next token.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="ArgumentException">The request has an answer prefix, but no answer block.</exception>
    /// <exception cref="SampleFormatException">A text is no valid Unicode: it holds half of a surrogate pair.</exception>
    /// <exception cref="InvalidOptionsException">The request's options are out of range.</exception>
    /// <exception cref="PromptTooLongException">The prompt leaves no room for an answer.</exception>
    public Task<GeneratedText> GenerateAsync(TextRequest request, CancellationToken cancellationToken = default) =>
        thread.RunAsync(() => Write([request], onChunk: null, onAnswer: null, cancellationToken, alone: true)[0], cancellationToken);

    /// <inheritdoc/>
    /// <remarks>
    /// <see cref="GenerationOptions.BatchSize"/> answers are written side by side. If a prompt leaves no room for an answer,
    /// <see cref="CodeAnswer.Error"/> of its answer says so; the others are written all the same.
    /// </remarks>
    public IAsyncEnumerable<CodeAnswer> GenerateBatchAsync(
        IReadOnlyList<CodeRequest> requests,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(requests);
        return ThreadStream.RunAsync<CodeAnswer>(
            thread,
            (give, stop) => Write(OneOff(requests), onChunk: null, (number, answer) => give(Answer(number, answer)), stop),
            cancellationToken
        );
    }

    /// <summary>Does the work of <see cref="GenerateBatchAsync"/> on the calling thread.</summary>
    internal IReadOnlyList<CodeAnswer> AnswerBatch(IReadOnlyList<CodeRequest> requests, CancellationToken cancellationToken) =>
        [.. Write(OneOff(requests), onChunk: null, onAnswer: null, cancellationToken).Select((answer, number) => Answer(number, answer))];

    /// <summary>Writes one answer, piece by piece.</summary>
    /// <param name="instruction">The user message, without markers.</param>
    /// <param name="answerPrefix">The beginning of the answer, which the model continues. The default value is empty.</param>
    /// <param name="cancellationToken">Stops before the next token.</param>
    /// <returns>The pieces; leaving the enumeration early stops generation.</returns>
    /// <exception cref="SampleFormatException">A text is no valid Unicode: it holds half of a surrogate pair.</exception>
    /// <exception cref="PromptTooLongException">The prompt leaves no room for an answer.</exception>
    public async IAsyncEnumerable<string> StreamAsync(
        string instruction,
        string answerPrefix = "",
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await foreach (
            TextChunk chunk in StreamAsync(TextRequest.OneOff(instruction, answerPrefix), cancellationToken).ConfigureAwait(false)
        )
        {
            if (chunk.Answer is null)
            {
                yield return chunk.Text;
            }
        }
    }

    /// <summary>Writes one answer, piece by piece; the last chunk has the whole answer (<see cref="TextChunk.Answer"/>).</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Stops before the next token.</param>
    /// <returns>The pieces; leaving the enumeration early stops generation.</returns>
    /// <exception cref="ArgumentException">The request has an answer prefix, but no answer block.</exception>
    /// <exception cref="SampleFormatException">A text is no valid Unicode: it holds half of a surrogate pair.</exception>
    /// <exception cref="InvalidOptionsException">The request's options are out of range.</exception>
    /// <exception cref="PromptTooLongException">The prompt leaves no room for an answer.</exception>
    public IAsyncEnumerable<TextChunk> StreamAsync(TextRequest request, CancellationToken cancellationToken = default) =>
        ThreadStream.RunAsync<TextChunk>(
            thread,
            (give, stop) =>
            {
                GeneratedText answer = Write([request], (_, chunk) => give(chunk), onAnswer: null, stop, alone: true)[0];
                int last = Math.Max(0, answer.Blocks.Count - 1);
                give(new TextChunk("", answer.Blocks.Count > 0 ? answer.Blocks[last].Type : BlockType.Text, last) { Answer = answer });
            },
            cancellationToken
        );

    /// <summary>Ends the generator's own thread, after the answers in its queue are written. A thread that was given goes on.</summary>
    public void Dispose() => ownThread?.Dispose();

    private static TextRequest[] OneOff(IReadOnlyList<CodeRequest> requests) =>
        [.. requests.Select(request => TextRequest.OneOff(request.Instruction, request.AnswerPrefix) with { Index = request.Index })];

    private static CodeAnswer Answer(int number, GeneratedText answer) =>
        new(number, answer.Text)
        {
            Error =
                answer.FinishReason == FinishReason.PromptTooLong
                    ? $"The prompt has {answer.PromptTokens} tokens, which leaves no room for an answer."
                    : null,
        };

    private IReadOnlyList<GeneratedText> Write(
        IReadOnlyList<TextRequest> requests,
        Action<int, TextChunk>? onChunk,
        Action<int, GeneratedText>? onAnswer,
        CancellationToken cancellationToken,
        bool alone = false
    )
    {
        ArgumentNullException.ThrowIfNull(requests);
        var answers = new GeneratedText[requests.Count];
        var refused = new List<int>();
        var asked = new List<(int Number, AnswerReader Reader)>();
        var tokens = new List<TokenRequest>();
        for (int i = 0; i < answers.Length; i++)
        {
            (int number, TextRequest request) = (i, requests[i]);
            ArgumentNullException.ThrowIfNull(request, nameof(requests));
            int[] prompt = prompts.EncodePrompt(request.Messages, request.AnswerBlock, request.AnswerPrefix);
            GenerationOptions chosen = WithStops(request.Options ?? options, request.AnswerBlock);
            if (!alone && prompt.Length >= generator.MaxLength(chosen))
            {
                answers[i] = new GeneratedText("", prompt.Length, 0, FinishReason.PromptTooLong);
                refused.Add(i);
                continue;
            }

            AnswerReader reader = new(
                tokenizer,
                prompt,
                request.AnswerBlock,
                chosen.StopStrings,
                onChunk is null ? null : chunk => onChunk(number, chunk)
            );
            asked.Add((number, reader));
            tokens.Add(
                new TokenRequest(prompt)
                {
                    Options = chosen,
                    Index = request.Index,
                    OnToken = reader.Accept,
                }
            );
        }

        return GenerationTelemetry.Observe(observe =>
        {
            refused.ForEach(number => onAnswer?.Invoke(number, answers[number]));
            _ = generator.GenerateBatch(tokens, Finish, cancellationToken);
            return answers;

            void Finish(int place, GeneratedTokens finished)
            {
                (int number, AnswerReader reader) = asked[place];
                GeneratedText answer = answers[number] = reader.Finish(finished);
                observe(answer);
                onAnswer?.Invoke(number, answer);
            }
        });
    }

    /// <summary>
    /// Adds the tokens that end an answer to those that the options name. Called for each request, because the model's own ids may change.
    /// </summary>
    private GenerationOptions WithStops(GenerationOptions chosen, BlockType? answerBlock)
    {
        chosen.Validate();
        MarkerIds markers = tokenizer.MarkerIds;

        // A saved model lists the end of a block too, for transformers' generate. Here the request alone says whether that ends the answer.
        IEnumerable<int> modelIds = (model.GenerationConfig?.EosTokenIds ?? []).Where(id => id != markers.EndOfBlock);
        int[] ends = [markers.EndOfMessage, markers.User, markers.Assistant, tokenizer.EosTokenId, .. modelIds];
        return chosen with { StopTokenIds = [.. chosen.StopTokenIds, .. ends, .. answerBlock is null ? (int[])[] : [markers.EndOfBlock]] };
    }
}
