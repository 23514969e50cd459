using System.Diagnostics;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Torch;
using static TorchSharp.torch;

namespace ReflectionCoder.Samples.SyntheticModel;

/// <summary>Draws weights as fresh models have them, and hands each on before the next is made.</summary>
internal static class SyntheticModelRun
{
    public static int Execute(SyntheticModelSettings settings)
    {
        try
        {
            var watch = Stopwatch.StartNew();
            (long parameters, int tensors) = Write(settings);
            long bytes = new DirectoryInfo(settings.Output).EnumerateFiles("*.safetensors").Sum(file => file.Length);
            Console.WriteLine(
                $"{settings.Output}: {parameters:N0} parameters in {tensors} tensors, {bytes:N0} bytes of {settings.Dtype}, in "
                    + $"{watch.Elapsed.TotalSeconds:F0} s."
            );
            return ExitCode.Done;
        }
        catch (Exception e) when (Failures.IsExpected(e))
        {
            return Failures.Report(e);
        }
    }

    private static (long Parameters, int Tensors) Write(SyntheticModelSettings settings)
    {
        CodeTokenizer tokenizer = settings.Tokenizer is { } folder ? CodeTokenizer.Load(folder) : CodeTokenizer.CreateByteLevel();
        ModelConfig config = ModelConfig.Load(settings.Config) with
        {
            BosTokenId = tokenizer.HasBosToken ? tokenizer.BosTokenId : null,
            EosTokenIds = [tokenizer.EosTokenId],
            PadTokenId = tokenizer.HasPadToken ? tokenizer.PadTokenId : null,
        };
        if (config.VocabularySize < tokenizer.VocabularySize)
        {
            throw new InvalidDataException(
                $"{settings.Config}: vocab_size is {config.VocabularySize}; the tokenizer has {tokenizer.VocabularySize} tokens, markers "
                    + "among them."
            );
        }

        TorchRuntime.EnsureAvailable();
        set_num_threads(Environment.ProcessorCount);
        ScalarType dtype = TorchDevice.ParseDtype(settings.Dtype);
        using Generator generator = new(unchecked((ulong)settings.Seed), CPU);
        long parameters = 0;
        int tensors = 0;
        ModelFolder.Save(
            settings.Output,
            config,
            dtype,
            (name, shape) =>
            {
                parameters += shape.Aggregate(1L, (product, length) => product * length);
                tensors++;
                return CausalLanguageModel.DrawWeight(config, name, shape, dtype, generator);
            },
            new ModelSaveOptions { MaxShardSize = settings.MaxShardSize },
            tokenizer.Save
        );
        return (parameters, tensors);
    }
}
