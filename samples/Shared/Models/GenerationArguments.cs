using System.CommandLine;
using System.CommandLine.Parsing;
using ReflectionCoder.Generation;

namespace ReflectionCoder.Samples;

/// <summary>The options of commands that let a model write answers: where it runs, and how its tokens are chosen.</summary>
internal sealed class GenerationArguments
{
    private static readonly GenerationOptions Defaults = new();

    private readonly Option<string> prefix = new("--answer-prefix")
    {
        Description = "What answers are made to start with; \\n is a line break.",
        DefaultValueFactory = _ => "```python\\n",
    };

    private readonly Option<int> maxNewTokens = Positive("--max-new-tokens", Defaults.MaxNewTokens, "Most tokens of an answer.");
    private readonly Option<double> temperature;

    private readonly Option<double> topP = new("--top-p")
    {
        Description = "Samples from the likeliest tokens that add up to this.",
        DefaultValueFactory = _ => Defaults.TopP,
    };

    private readonly Option<int> topK = new("--top-k")
    {
        Description = "Samples from so many of the likeliest tokens; 0 for all.",
        DefaultValueFactory = _ => Defaults.TopK,
    };

    private readonly Option<int> batchSize = Positive("--batch-size", Defaults.BatchSize, "Answers written side by side.");
    private readonly Option<long> seed = new("--seed") { Description = "Decides the samples.", DefaultValueFactory = _ => Defaults.Seed };
    private readonly Option<string> device = new("--device")
    {
        Description = "cpu, cuda, cuda:N or auto.",
        DefaultValueFactory = _ => "auto",
    };

    private readonly Option<string?> dtype = new("--dtype")
    {
        Description = "Element type of the weights: float32 or bfloat16; as they are stored where left out.",
    };

    private readonly Option<int> threads = Positive("--threads", Environment.ProcessorCount, "CPU threads of the model.");

    /// <param name="defaultTemperature">The temperature where none is given; null for the library's.</param>
    public GenerationArguments(double? defaultTemperature = null)
    {
        temperature = new Option<double>("--temperature")
        {
            Description = "Divides the logits before sampling; 0 takes the likeliest token.",
            DefaultValueFactory = _ => defaultTemperature ?? Defaults.Temperature,
        };
        dtype.AcceptOnlyFromAmong("float32", "bfloat16");
    }

    /// <summary>The folder of an adapter, for commands that take one.</summary>
    public static Option<string?> Adapter() =>
        new("--adapter") { Description = "Folder of an adapter for that model, as FineTune --lora-rank writes it.", HelpName = "DIR" };

    /// <summary>A whole number of at least 1.</summary>
    public static Option<int> Positive(string name, int value, string description)
    {
        Option<int> option = new(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.GetValueOrDefault<int>() < 1)
            {
                result.AddError($"{name} must be a number of at least 1.");
            }
        });
        return option;
    }

    /// <summary>Adds all options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[prefix, maxNewTokens, temperature, topP, topK, batchSize, seed, device, dtype, threads])
        {
            command.Add(option);
        }
    }

    public string AnswerPrefix(ParseResult result) => Unescape(result.GetRequiredValue(prefix));

    /// <summary>Whether <c>--answer-prefix</c> was given.</summary>
    public bool HasAnswerPrefix(ParseResult result) => result.GetResult(prefix) is { Implicit: false };

    public string Device(ParseResult result) => result.GetRequiredValue(device);

    /// <summary>Null for the dtype that the weights are stored in.</summary>
    public string? Dtype(ParseResult result) => result.GetValue(dtype);

    public int Threads(ParseResult result) => result.GetValue(threads);

    public bool IsGreedy(SymbolResult result) => result.GetValue(temperature) == 0;

    public GenerationOptions Read(ParseResult result) =>
        new()
        {
            MaxNewTokens = result.GetValue(maxNewTokens),
            Temperature = result.GetValue(temperature),
            TopP = result.GetValue(topP),
            TopK = result.GetValue(topK),
            BatchSize = result.GetValue(batchSize),
            Seed = result.GetValue(seed),
        };

    /// <summary>The text with \n as a line break.</summary>
    public static string Unescape(string text) => text.Replace("\\n", "\n", StringComparison.Ordinal);
}
