using System.CommandLine;
using System.Globalization;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Benchmarks;

/// <summary>
/// Loads a folder that transformers saved, writes the logits of DIR/ids.txt to DIR/logits.bin ([N, V] in float32) and the model itself to
/// DIR/saved: our side of benchmarks/cuda/parity.py.
/// </summary>
internal static class LogitsDump
{
    public static RootCommand Command()
    {
        Option<string> model = new("--model") { Description = "Folder of the model and ids.txt.", Required = true };
        Option<string> device = new("--device") { Description = "cpu, cuda or cuda:N.", DefaultValueFactory = _ => "cpu" };
        RootCommand command = new("Writes a model's logits and the model itself.") { model, device };
        command.SetAction(result => Write(result.GetRequiredValue(model), TorchDevice.Parse(result.GetRequiredValue(device))));
        return command;
    }

    private static void Write(string directory, Device device)
    {
        using CausalLanguageModel model = ModelFolder.Load(directory, device);
        long[] ids =
        [
            .. File.ReadAllText(Path.Combine(directory, "ids.txt")).Split(' ').Select(id => long.Parse(id, CultureInfo.InvariantCulture)),
        ];
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        ModelInput input = ModelInput.Create(ids, [.. Enumerable.Range(0, ids.Length).Select(i => (long)i)], [ids.Length], device);
        Tensor projected_NV = nn.functional.linear(model.Forward(input), model.OutputWeight);
        Tensor logits_NV = model.LogitTransform.Apply(projected_NV).to(ScalarType.Float32).cpu().contiguous();
        File.WriteAllBytes(Path.Combine(directory, "logits.bin"), logits_NV.bytes);
        ModelFolder.Save(Path.Combine(directory, "saved"), model);
    }
}
