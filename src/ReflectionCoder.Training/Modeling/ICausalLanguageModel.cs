using ReflectionCoder.Logits;
using ReflectionCoder.Modeling.Attention;
using ReflectionCoder.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling;

/// <summary>
/// A decoder that works on packed rows. Not thread-safe: call it from one thread at a time (see <see cref="TorchThread"/>).
/// </summary>
/// <remarks>
/// Whoever made the model disposes it, after everything that uses it. A resumed run gives the same bits only if the forward pass depends on
/// nothing but weights, input, and torch's random generators, which the fine-tuner seeds anew in each step.
/// </remarks>
public interface ICausalLanguageModel : IDisposable
{
    /// <summary>Number of rows of the output projection, V.</summary>
    int VocabularySize { get; }

    /// <summary>Width of the hidden states, H.</summary>
    int HiddenSize { get; }

    /// <summary>
    /// Number of positions that the model has. Position ids from this on are errors, and samples that need them are refused. The default
    /// value is null: no limit.
    /// </summary>
    int? PositionLimit => null;

    /// <summary>
    /// Length of the longest sequence that the model was made for. Generation stops there, unless <c>GenerationOptions.MaxLength</c> says
    /// otherwise. The default value is null: no limit.
    /// </summary>
    int? ContextLength => null;

    /// <summary>
    /// The model's own generation configuration, such as more ids that end an answer. Generation stops at these. A save writes it to
    /// <c>generation_config.json</c>, and adds the ids that end a fine-tuned model's answer. The default value is null: there is none, and
    /// no such file is written.
    /// </summary>
    GenerationConfig? GenerationConfig => null;

    /// <summary>
    /// Whether the forward pass gives its keys and values to <see cref="ModelInput.Cache"/> and attends to what comes back. Without,
    /// generation computes all tokens again for each new token. The default value is false.
    /// </summary>
    bool SupportsCache => false;

    /// <summary>
    /// Whether the forward pass gives the states of <see cref="ModelInput.NeededRows"/> alone. The default value is false.
    /// </summary>
    internal bool SupportsNeededRows => false;

    /// <summary>
    /// What decides the forward pass beside the weights and doesn't show in their shapes, such as the number of heads. A resumed run is
    /// refused where it differs. The default value is null: a resumed run takes any model with weights of the same names and shapes.
    /// </summary>
    string? Identity => null;

    /// <summary>The device of the weights.</summary>
    Device Device { get; }

    /// <summary>
    /// The weights by name, in the order of a checkpoint: leaves of autograd, <see cref="OutputWeight"/> among them. The library's own
    /// models have Hugging Face's names; others may have any that stay the same. Tied embeddings appear once, as the input embedding. A
    /// resumed run overwrites the numbers. Owned by the model.
    /// </summary>
    IReadOnlyDictionary<string, Tensor> Parameters { get; }

    /// <summary>
    /// The tensors that a run trains and makes an optimizer for: all weights, or the tensors of an adapter while the weights are frozen.
    /// Owned by the model. The default value is <see cref="Parameters"/>.
    /// </summary>
    IReadOnlyDictionary<string, Tensor> TrainableParameters => Parameters;

    /// <summary>Output projection, [V, H]. Where the embeddings are tied it is the input embedding. Owned by the model.</summary>
    Tensor OutputWeight { get; }

    /// <summary>
    /// Turns <c>hidden · OutputWeightᵀ</c> into logits; losses, generation and evaluation use it. The default value changes nothing.
    /// </summary>
    LogitTransform LogitTransform => LogitTransform.Identity;

    /// <summary>
    /// Trainable copies of some rows of a frozen <see cref="OutputWeight"/>. A forward pass writes them into the matrix; they get its
    /// gradient. The default value is null: all of the matrix trains, or nothing of it.
    /// </summary>
    TrainableRows? OutputRows => null;

    /// <summary>Computes the hidden states. Attention is causal and stays inside each row.</summary>
    /// <param name="input">The packed tokens, N of them. The caller disposes it.</param>
    /// <returns>
    /// Hidden states after the last norm, [N, H], owned by the caller (or its dispose scope). Logits are what <see cref="LogitTransform"/>
    /// makes of <c>hidden · OutputWeightᵀ</c>.
    /// </returns>
    Tensor Forward(ModelInput input);

    /// <summary>
    /// Writes what the model's own loader needs beside the weights, into a folder that is being saved. The caller writes weights,
    /// <c>generation_config.json</c> and the tokenizer's files. The default writes nothing.
    /// </summary>
    /// <param name="directory">
    /// The folder. All files that stand directly in it are put in their places together. A <c>config.json</c> comes last, because it makes
    /// the folder a model.
    /// </param>
    void SaveConfiguration(string directory) { }
}

/// <summary>Trainable copies of some rows of a frozen matrix.</summary>
/// <param name="TokenIds">Indices of the rows, which are token ids; n of them.</param>
/// <param name="Rows">Their values, [n, H], with a gradient, not always of the matrix's type. Owned by the model.</param>
public sealed record TrainableRows(IReadOnlyList<int> TokenIds, Tensor Rows);

/// <summary>Rows packed end to end without padding, N tokens in all. It owns its two tensors, not the cache.</summary>
/// <param name="TokenIds">Token ids, [N], int64, on the model's device.</param>
/// <param name="PositionIds">
/// Position ids, [N], int64, on the model's device. Where tokens of a row were left out, the others keep their ids, so the ids may jump.
/// </param>
/// <param name="RowLengths">Number of tokens in each row, each at least 1; their sum is N.</param>
public sealed record ModelInput(Tensor TokenIds, Tensor PositionIds, IReadOnlyList<int> RowLengths) : IDisposable
{
    /// <summary>
    /// Keys and values of earlier tokens, for as many rows as the input has. The forward pass adds those of the input. The default value is
    /// null, as outside generation.
    /// </summary>
    public KeyValueCache? Cache { get; init; }

    /// <summary>
    /// Whether to keep only the input of each layer, and to compute the layer again in backward. It takes a third more time, and needs
    /// memory for one layer's activations instead of all layers'. The gradients are the same. It has no effect where no gradients are
    /// computed, and a model that can't do it may ignore it. The default value is false.
    /// </summary>
    public bool GradientCheckpointing { get; init; }

    /// <summary>Position ids in the host's memory, with the tensor that was made of them; null where they are only on the device.</summary>
    internal (Tensor PositionIds, long[] Values)? HostPositions { get; init; }

    /// <summary>
    /// Seed of the dropout in this pass: equal seeds drop the same elements of equal shapes. The default value is null: no dropout, as in
    /// evaluation and generation.
    /// </summary>
    public long? DropoutSeed { get; init; }

    /// <summary>
    /// The tokens whose hidden states are asked for, by their indices in ascending order; null for all. A model that
    /// <see cref="ICausalLanguageModel.SupportsNeededRows"/> gives only those, and its last layer computes no others behind attention.
    /// </summary>
    internal long[]? NeededRows { get; init; }

    /// <summary>
    /// Lowest and highest token id; null where the ids are only on the device. It saves a wait for the device when ids are checked.
    /// </summary>
    internal (long Low, long High)? TokenIdRange { get; init; }

    /// <summary>Creates an input from arrays, which are copied to a device.</summary>
    /// <param name="tokenIds">Token ids, N.</param>
    /// <param name="positionIds">Position ids, N.</param>
    /// <param name="rowLengths">Number of tokens in each row; their sum is N.</param>
    /// <param name="device">The model's device.</param>
    /// <returns>The input; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The arrays have different lengths, or the row lengths another sum.</exception>
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

    /// <summary>The position ids by rows. They are read from the device only if the host doesn't have them.</summary>
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
