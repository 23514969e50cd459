using System.CommandLine;
using ReflectionCoder.Gguf;
using ReflectionCoder.Samples;
using ReflectionCoder.Samples.Export;

// Writes a model as a GGUF file for llama.cpp, LLamaSharp and Ollama, or turns such a file into a folder.
// Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C (143 by SIGTERM).
Option<string> model = new("--model")
{
    Description = "Folder with model and tokenizer; or a .gguf file, which is then turned into the folder --output.",
    HelpName = "DIR",
    Required = true,
};
Option<string?> adapter = GenerationArguments.Adapter();
Option<string> output = new("--output")
{
    Description = "File to write; replaced once the new one is whole. A Modelfile for Ollama is written beside it.",
    HelpName = "FILE.gguf",
    Required = true,
};
Option<string> type = new("--type")
{
    Description = $"How the weights are stored: {string.Join(", ", GgufExportOptions.AllTypes)}.",
    DefaultValueFactory = _ => "q8_0",
};
type.AcceptOnlyFromAmong([.. GgufExportOptions.AllTypes]);
Option<string?> name = new("--name") { Description = "Name of the model in the file; the file's own where left out." };
Option<int?> context = new Option<int?>("--context-length")
{
    Description = "Longest context that the file names; the model's where left out.",
}.AtLeastOne();
Option<string?> preTokenizer = new("--pre-tokenizer")
{
    Description = "llama.cpp's name for how the tokenizer splits text; found by its expressions where left out.",
};

RootCommand root = new("Writes a model as a GGUF file.") { model, adapter, output, type, name, context, preTokenizer };
root.Validators.Add(result =>
{
    bool import = ExportSettings.IsGguf(result.GetValue(model) ?? "");
    if (import && result.GetValue(adapter) is not null)
    {
        result.AddError("--adapter goes with the folder of a model, not with a .gguf file.");
    }

    if (!import && !ExportSettings.IsGguf(result.GetValue(output) ?? ".gguf"))
    {
        result.AddError("--output must be a file that ends in .gguf, by which programs know it.");
    }
});

using StopSignal signal = new();
root.SetAction(
    (result, _) =>
        Task.FromResult(
            ExportRun.Execute(
                new ExportSettings(
                    result.GetRequiredValue(model),
                    result.GetValue(adapter),
                    result.GetRequiredValue(output),
                    new GgufExportOptions
                    {
                        Type = result.GetRequiredValue(type),
                        Name = result.GetValue(name),
                        ContextLength = result.GetValue(context),
                        PreTokenizer = result.GetValue(preTokenizer),
                    }
                ),
                signal
            )
        )
);

return await CommandLine.RunAsync(root, args);
