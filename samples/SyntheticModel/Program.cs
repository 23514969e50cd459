using System.CommandLine;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Samples;
using ReflectionCoder.Samples.SyntheticModel;

// Writes a model with random weights, of any size, a weight at a time. Exit codes: 0 done, 1 failed, 2 wrong usage.
Option<string> config = new("--config")
{
    Description = "config.json of the model.",
    HelpName = "CONFIG.json",
    Required = true,
};
Option<string> output = new("--output")
{
    Description = "Folder to write; a model in it is replaced once the new one is whole.",
    HelpName = "DIR",
    Required = true,
};
Option<string?> tokenizer = new("--tokenizer")
{
    Description = "Folder of the tokenizer to put beside it, markers added; a byte-level one where left out.",
    HelpName = "DIR",
};
Option<string> dtype = new("--dtype")
{
    Description = "Element type of the weights: float32 or bfloat16.",
    DefaultValueFactory = _ => "bfloat16",
};
dtype.AcceptOnlyFromAmong("float32", "bfloat16");
Option<string> maxShardSize = new("--max-shard-size")
{
    Description = "Most bytes of weights in a file, such as 5GB or 500MB.",
    HelpName = "SIZE",
    DefaultValueFactory = _ => "5GB",
};
maxShardSize.Validators.Add(result =>
{
    try
    {
        ModelSaveOptions.ParseSize(result.GetValueOrDefault<string>() ?? "");
    }
    catch (FormatException exception)
    {
        result.AddError("--max-shard-size: " + exception.Message);
    }
});
Option<long> seed = new("--seed") { Description = "Decides the weights.", DefaultValueFactory = _ => 3407 };

RootCommand root = new("Writes a model with random weights, to try out sizes, speeds and memory.")
{
    config,
    output,
    tokenizer,
    dtype,
    maxShardSize,
    seed,
};
root.SetAction(result =>
    SyntheticModelRun.Execute(
        new SyntheticModelSettings(
            result.GetRequiredValue(config),
            result.GetRequiredValue(output),
            result.GetValue(tokenizer),
            result.GetRequiredValue(dtype),
            ModelSaveOptions.ParseSize(result.GetRequiredValue(maxShardSize)),
            result.GetValue(seed)
        )
    )
);

return await CommandLine.RunAsync(root, args);
