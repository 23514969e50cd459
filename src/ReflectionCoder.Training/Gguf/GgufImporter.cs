using ReflectionCoder.Files;
using ReflectionCoder.Gguf.Format;
using ReflectionCoder.Gguf.Models;
using ReflectionCoder.Gguf.Vocabularies;
using ReflectionCoder.Gguf.Weights;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Families;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Safetensors;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.HuggingFace;
using ReflectionCoder.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Gguf;

/// <summary>
/// Turns a GGUF file into a folder in Hugging Face's layout, from which <see cref="PretrainedModel.Load"/> loads it: for whoever has only
/// such a file of a model. Architectures of all families of this library (Mistral's files say <c>llama</c>, and are read as such); tensors
/// in F32, F16, BF16 and Q8_0.
/// </summary>
/// <remarks>
/// Header, configuration, tensors and tokenizer are checked before anything is written. Weights are converted one by one, so an import
/// needs memory for the largest of them. Call it on the thread that runs torch.
/// </remarks>
public static class GgufImporter
{
    /// <summary>Converts a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="directory">The folder; made if absent. A model that was saved there before is replaced.</param>
    /// <param name="dtype">
    /// Element type of the weights in the folder. The default value is null: each as it is in the file, and quantized ones in float32,
    /// which holds them exactly.
    /// </param>
    /// <param name="progress">Told of each weight that is converted, on the calling thread. The default value is null: nobody is
    /// told.</param>
    /// <param name="cancellationToken">Stops before the next piece; the folder stays as it was.</param>
    /// <exception cref="ArgumentException">A path is empty, or <paramref name="dtype"/> is no dtype of a model.</exception>
    /// <exception cref="DataFormatException">The file breaks the format, is truncated, or holds a model, a tokenizer or a quantization that
    /// isn't supported; the message names key or tensor.</exception>
    /// <exception cref="IOException">The file is missing or can't be read.</exception>
    /// <exception cref="FileWriteException">The folder can't be written, for example because the disk is full.</exception>
    /// <exception cref="OperationCanceledException">The import was cancelled.</exception>
    /// <exception cref="TorchUnavailableException">Torch's native library can't be loaded.</exception>
    public static void Import(
        string path,
        string directory,
        ScalarType? dtype = null,
        IProgress<ModelLoadProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (dtype is { } wanted)
        {
            CausalLanguageModel.RequireFloating(wanted);
        }

        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        var header = GgufHeader.Read(file, path);
        TorchRuntime.EnsureAvailable();
        Import(header, new GgufTensorReader(header, file), directory, dtype, progress, cancellationToken);
    }

    /// <summary>Everything that is known of a model before its weights are read.</summary>
    internal static GgufModel ReadModel(GgufHeader header, GgufTensorReader tensors)
    {
        ModelConfig config = GgufModelReader.Read(header, () => ReadFactors(tensors));
        (byte[] tokenizer, TokenizerConfig tokenizerConfig, int[] ends) = VocabularyReader.Read(
            new GgufFields(header),
            config.VocabularySize
        );
        ModelConfig complete = config with { BosTokenId = null, EosTokenIds = [ends[0]] };
        return new GgufModel(complete, tokenizer, tokenizerConfig, ends);
    }

    /// <summary>The weights by their names in a checkpoint, as they are in the file.</summary>
    internal static IEnumerable<TensorSource> Weights(
        GgufHeader header,
        GgufTensorReader tensors,
        ModelConfig config,
        CancellationToken cancellationToken
    )
    {
        GgufForm form = config.Family.Gguf!;
        RuntimeWeights runtime = new(config, form);
        foreach ((string name, string stored, long[] shape) in GgufNames.Weights(config, form))
        {
            ScalarType dtype = GgufTensorTypes.DtypeOf(header.Tensors[stored].Type);
            yield return new TensorSource(name, dtype, shape, () => Read(name, stored));
        }

        Tensor Read(string name, string stored)
        {
            return runtime.ToCheckpoint(name, tensors.Read(stored, cancellationToken));
        }
    }

    private static void Import(
        GgufHeader header,
        GgufTensorReader tensors,
        string directory,
        ScalarType? dtype,
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        GgufModel model = ReadModel(header, tensors);
        _ = CodeTokenizer.Parse(header.Path, model.Tokenizer, model.TokenizerConfig);
        ModelConfig config = dtype is null ? model.Config : model.Config with { StoredDtype = dtype };
        TensorSource[] weights = [.. Weights(header, tensors, config, cancellationToken).Select(Converted)];
        long total = weights.Sum(weight => weight.Bytes);
        long read = 0;
        int done = 0;
        var content = new ModelContent(
            [.. weights.Select(Reported)],
            GenerationConfig.From(config) with
            {
                EosTokenIds = model.Ends,
            },
            folder => AtomicFile.WriteText(Path.Combine(folder, "config.json"), config.ToJson() + "\n")
        );
        ModelFolder.Save(directory, content, options: null, WriteTokenizer, afterStep: null);

        TensorSource Converted(TensorSource weight) =>
            dtype is { } wanted && wanted != weight.Dtype ? weight with { Dtype = wanted, Open = () => weight.Open().to(wanted) } : weight;

        TensorSource Reported(TensorSource weight) =>
            weight with
            {
                Open = () =>
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    Tensor tensor = weight.Open();
                    read += weight.Bytes;
                    progress?.Report(new ModelLoadProgress(read, total, weight.Name, ++done, weights.Length));
                    return tensor;
                },
            };

        void WriteTokenizer(string folder)
        {
            AtomicFile.Write(Path.Combine(folder, TokenizerFiles.TokenizerName), stream => stream.Write(model.Tokenizer));
            AtomicFile.WriteText(
                Path.Combine(folder, TokenizerFiles.ConfigName),
                model.TokenizerConfig.Content.ToJsonString(JsonOutput.Indented) + "\n"
            );
        }
    }

    private static float[] ReadFactors(GgufTensorReader tensors)
    {
        using Tensor factors = tensors.Read(GgufNames.RopeFactors);
        return factors.data<float>().ToArray();
    }
}

/// <summary>What a file says of its model.</summary>
/// <param name="Config">The configuration.</param>
/// <param name="Tokenizer">The content of <c>tokenizer.json</c>.</param>
/// <param name="TokenizerConfig">The content of <c>tokenizer_config.json</c>, read.</param>
/// <param name="Ends">The ids that end an answer, eos first.</param>
internal sealed record GgufModel(ModelConfig Config, byte[] Tokenizer, TokenizerConfig TokenizerConfig, int[] Ends);
