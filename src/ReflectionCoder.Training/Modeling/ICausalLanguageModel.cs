using ReflectionCoder.Logits;
using ReflectionCoder.Modeling.Attention;
using ReflectionCoder.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling;

/// <summary>A decoder over packed rows. Not thread-safe: call it from one thread at a time (see <see cref="TorchThread"/>).</summary>
/// <remarks>
/// Whoever made it disposes it, after everything that uses it. A run is resumed exactly if its forward pass depends on weights and input
/// alone, or draws from torch's generators, which the fine-tuner seeds anew each step.
/// </remarks>
public interface ICausalLanguageModel : IDisposable
{
    /// <summary>Rows of the output projection, V.</summary>
    int VocabularySize { get; }

    /// <summary>Width of the hidden states, H.</summary>
    int HiddenSize { get; }

    /// <summary>Position ids must be below this; null where positions have no end, which is the default value.</summary>
    int? PositionLimit => null;

    /// <summary>
    /// Longest sequence that the model was made for, above which generation doesn't go unless it is told to; null for no end, the default.
    /// </summary>
    int? ContextLength => null;

    /// <summary>
    /// What the model says about its own generation, such as further ids that end an answer: generation stops there, and a save writes it
    /// to <c>generation_config.json</c> with the ids added that end a fine-tuned model's answer. Null where it says nothing, the default:
    /// no such file.
    /// </summary>
    GenerationConfig? GenerationConfig => null;

    /// <summary>
    /// Whether the forward pass keeps keys and values (<see cref="ModelInput.Cache"/>), the default value; without, generation passes over
    /// all tokens again for each new one.
    /// </summary>
    bool SupportsCache => true;

    /// <summary>Where the weights live.</summary>
    Device Device { get; }

    /// <summary>
    /// Weights under their Hugging Face names, in checkpoint order; a tied output weight appears once, as the input embedding. Owned by the
    /// model.
    /// </summary>
    IReadOnlyDictionary<string, Tensor> Parameters { get; }

    /// <summary>
    /// What a run trains and its optimizer has state for: all weights, or the tensors of an adapter beside frozen weights. Owned by the
    /// model.
    /// </summary>
    IReadOnlyDictionary<string, Tensor> TrainableParameters => Parameters;

    /// <summary>Output projection, [V, H]; the input embedding where they are tied. Owned by the model.</summary>
    Tensor OutputWeight { get; }

    /// <summary>
    /// What becomes of <c>hidden · OutputWeightᵀ</c> before it is logits; losses, generation and evaluation ask for it. The default value
    /// changes nothing.
    /// </summary>
    LogitTransform LogitTransform => LogitTransform.Identity;

    /// <summary>
    /// Rows of a frozen <see cref="OutputWeight"/> that train; null where all of it trains, or nothing. The matrix holds their values after
    /// a forward pass, its gradient goes to them.
    /// </summary>
    TrainableRows? OutputRows => null;

    /// <summary>Runs the decoder; attention is causal and stays inside each row.</summary>
    /// <param name="input">N packed tokens.</param>
    /// <returns>
    /// Hidden states after the last norm, [N, H], owned by the caller (or its dispose scope). Logits are what <see cref="LogitTransform"/>
    /// makes of <c>hidden · OutputWeightᵀ</c>.
    /// </returns>
    Tensor Forward(ModelInput input);

    /// <summary>
    /// Writes what its own loader needs beside the weights, into a folder that is being saved. Weights, <c>generation_config.json</c> and
    /// the tokenizer's files are written by who saves. The default writes nothing.
    /// </summary>
    /// <param name="directory">
    /// The folder. All files directly in it take their places together; a <c>config.json</c> comes last, and makes the folder a model.
    /// </param>
    void SaveConfiguration(string directory) { }
}

/// <summary>Rows of a frozen matrix that train.</summary>
/// <param name="TokenIds">Which rows, n of them.</param>
/// <param name="Rows">Their values, [n, H], with gradient; not necessarily of the matrix's type. Owned by the model.</param>
public sealed record TrainableRows(IReadOnlyList<int> TokenIds, Tensor Rows);

/// <summary>Rows laid end to end without padding: N tokens.</summary>
/// <param name="TokenIds">Token ids, [N], int64, on the model's device.</param>
/// <param name="PositionIds">Position ids, [N], int64; a compacted row keeps its original ones, so they may jump.</param>
/// <param name="RowLengths">Tokens of each row, in order; their sum is N.</param>
public sealed record ModelInput(Tensor TokenIds, Tensor PositionIds, IReadOnlyList<int> RowLengths) : IDisposable
{
    /// <summary>
    /// Keys and values of earlier tokens, of as many rows as the input has; the forward pass adds the input's. Null outside generation.
    /// </summary>
    public KeyValueCache? Cache { get; init; }

    /// <summary>
    /// Keep each layer's input alone and compute the layer again in backward: a third more time for memory that no longer grows with layers
    /// times activations. The gradients are the same. No effect without gradients; a model that can't do it may ignore it. The default
    /// value is false.
    /// </summary>
    public bool GradientCheckpointing { get; init; }

    /// <summary>Position ids where they were seen on the host, with the tensor that holds them.</summary>
    internal (Tensor PositionIds, long[] Values)? HostPositions { get; init; }

    /// <summary>
    /// Seed of this pass's dropout: equal seeds drop equally, for equal shapes. Null for none, as in evaluation and generation. The default
    /// value is null.
    /// </summary>
    public long? DropoutSeed { get; init; }

    /// <summary>Lowest and highest token id where they were seen on the host, so that checking them needs no look at the device.</summary>
    internal (long Low, long High)? TokenIdRange { get; init; }

    /// <summary>Copies ids to a device.</summary>
    /// <param name="tokenIds">Token ids, N.</param>
    /// <param name="positionIds">Position ids, N.</param>
    /// <param name="rowLengths">Tokens of each row; their sum is N.</param>
    /// <param name="device">Where the model lives.</param>
    /// <returns>The input; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The lengths disagree.</exception>
    public static ModelInput Create(long[] tokenIds, long[] positionIds, IReadOnlyList<int> rowLengths, Device device)
    {
        ArgumentNullException.ThrowIfNull(tokenIds);
        ArgumentNullException.ThrowIfNull(positionIds);
        ArgumentNullException.ThrowIfNull(rowLengths);
        if (positionIds.Length != tokenIds.Length || rowLengths.Sum() != tokenIds.Length)
        {
            throw new ArgumentException(
                $"{tokenIds.Length} token ids, {positionIds.Length} position ids and rows of {rowLengths.Sum()} tokens in all; the three "
                    + "must be equal."
            );
        }

        Tensor positions = tensor(positionIds, device: device);
        return new ModelInput(tensor(tokenIds, device: device), positions, rowLengths)
        {
            HostPositions = (positions, positionIds),
            TokenIdRange = tokenIds.Length == 0 ? null : (tokenIds.Min(), tokenIds.Max()),
        };
    }

    /// <summary>The positions by rows; looks at the device only if they came from elsewhere.</summary>
    internal RowPositions ReadPositions()
    {
        if (HostPositions is { } host && ReferenceEquals(host.PositionIds, PositionIds))
        {
            return new RowPositions(host.Values, RowLengths);
        }

        using DisposeScope scope = NewDisposeScope();
        return new RowPositions(PositionIds.cpu().contiguous().data<long>().ToArray(), RowLengths);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        TokenIds.Dispose();
        PositionIds.Dispose();
    }
}
