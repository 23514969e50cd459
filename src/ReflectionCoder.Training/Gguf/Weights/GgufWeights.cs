using ReflectionCoder.Files;
using ReflectionCoder.Gguf.Format;
using ReflectionCoder.Gguf.Models;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Families;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Gguf.Weights;

/// <summary>A model's weights as a file has them: names, types, order of rows.</summary>
internal sealed class GgufWeights
{
    private readonly IReadOnlyList<TensorSource> sources;
    private readonly IReadOnlyList<GgufTensor> tensors;
    private readonly RuntimeWeights runtime;

    /// <summary>Decides names, types and places.</summary>
    /// <param name="config">The configuration, checked.</param>
    /// <param name="form">The family's form.</param>
    /// <param name="weights">The weights by their names in a checkpoint.</param>
    /// <param name="type">The type of matrices.</param>
    internal GgufWeights(ModelConfig config, GgufForm form, IReadOnlyList<TensorSource> weights, GgufTensorType type)
    {
        runtime = new(config, form);
        sources = config.RopeScaling is { Type: RopeType.Llama3 } ? [RopeFactorSource(config), .. weights] : weights;
        tensors = GgufLayout.Place(
            sources.Select(source =>
            {
                string name = source.Name == GgufNames.RopeFactors ? source.Name : GgufNames.Of(source.Name, form);
                return (name, source.Shape, TypeOf(source.Shape, type));
            })
        );
    }

    /// <summary>Writes the file: head, then each tensor.</summary>
    internal void WriteTo(AtomicFile file, GgufKeys keys, IProgress<ModelLoadProgress>? progress, CancellationToken cancellationToken)
    {
        file.Write(GgufLayout.Head(keys, tensors));
        long total = sources.Sum(source => source.Bytes);
        long done = 0;
        foreach ((int index, (TensorSource source, GgufTensor tensor)) in sources.Zip(tensors).Index())
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor weight = runtime.ToFile(source.Name, source.Open());
            long numbers = weight.numel();
            long before = done;
            long written = 0;
            TensorEncoder.Write(source.Name, weight, tensor.Type, WritePiece);
            file.Write(GgufLayout.Padding(tensor.Bytes));

            void WritePiece(ReadOnlySpan<byte> bytes, long count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                file.Write(bytes);
                written += count;
                done = before + (source.Bytes / numbers * written);
                progress?.Report(new ModelLoadProgress(done, total, source.Name, written == numbers ? index + 1 : index, sources.Count));
            }
        }
    }

    /// <summary>Vectors are always float32, as llama.cpp computes with them; a row must consist of whole blocks.</summary>
    private static GgufTensorType TypeOf(IReadOnlyList<long> shape, GgufTensorType type) =>
        shape.Count < 2 ? GgufTensorType.F32
        : type == GgufTensorType.Q8_0 && shape[^1] % GgufTensorTypes.QuantizedBlock != 0 ? GgufTensorType.F16
        : type;

    private static TensorSource RopeFactorSource(ModelConfig config)
    {
        float[] factors = RopeFactors.Compute(config);
        return new TensorSource(GgufNames.RopeFactors, ScalarType.Float32, [factors.Length], () => tensor(factors));
    }
}
