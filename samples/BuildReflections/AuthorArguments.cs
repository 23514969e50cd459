using System.CommandLine;
using System.CommandLine.Parsing;

namespace ReflectionCoder.Samples;

/// <summary>The command's options that choose the author.</summary>
internal sealed class AuthorArguments
{
    private readonly Option<string?> endpoint = new("--endpoint")
    {
        Description = "Address of an OpenAI-compatible API whose model is the author, such as https://api.openai.com/v1.",
        HelpName = "URL",
    };

    private readonly Option<string?> model = new("--model") { Description = "Name of the endpoint's model.", HelpName = "NAME" };
    private readonly Option<string> apiKey = new("--api-key-env")
    {
        Description = "Environment variable that holds the endpoint's key; a server of your own may need none.",
        DefaultValueFactory = _ => "OPENAI_API_KEY",
    };

    private readonly Option<string?> modelDirectory = new("--model-directory")
    {
        Description = "Folder of a model of ours that is the author.",
        HelpName = "DIR",
    };

    private readonly Option<string?> adapter = new("--adapter")
    {
        Description = "Folder of an adapter for that model, as FineTune --lora-rank writes it.",
        HelpName = "DIR",
    };

    private readonly Option<string> device = new("--device")
    {
        Description = "Where that model runs: cpu, cuda, cuda:N or auto.",
        DefaultValueFactory = _ => "auto",
    };

    private readonly Option<int> maxSequenceTokens = new Option<int>("--max-sequence-tokens")
    {
        Description = "Largest sequence, counting one token for each byte and marker.",
        DefaultValueFactory = _ => 16_000,
    }.AtLeastOne();

    private readonly Option<int> maxMistakes = new Option<int>("--max-mistakes")
    {
        Description = "Most mistakes that are made at once and corrected one after the other, where no model writes; from 1 to 4.",
        DefaultValueFactory = _ => 4,
    }.Require(value => value is >= 1 and <= 4, "from 1 to 4");

    private readonly Option<int> rounds = new Option<int>("--rounds")
    {
        Description = "Most attempts of a model.",
        DefaultValueFactory = _ => 4,
    }.AtLeastOne();

    private readonly Option<int?> maxOutputTokens = new Option<int?>("--max-output-tokens")
    {
        Description = "Most tokens of a model's answer; the endpoint's limit, or 1024 for a folder's model, if left out.",
    }.AtLeastOne();

    private readonly Option<float?> temperature = new Option<float?>("--temperature")
    {
        Description = "Temperature of a model's answers; the endpoint's, or 0.8 for a folder's model, if left out.",
    }.Require(value => value is null or (>= 0 and < float.PositiveInfinity), "at least 0");

    private readonly Option<decimal?> inputPrice = Price("--input-price", "Price of a million tokens read; needs --output-price.");
    private readonly Option<decimal?> outputPrice = Price("--output-price", "Price of a million tokens written; needs --input-price.");
    private readonly Option<decimal?> maxCost = new Option<decimal?>("--max-cost")
    {
        Description = "The run stops before it costs more; needs both prices.",
    }.Require(value => value is null or > 0, "above 0");

    private readonly Option<long?> maxTotalTokens = new Option<long?>("--max-total-tokens")
    {
        Description = "The run stops before it reads and writes more tokens.",
    }.AtLeastOne();

    private readonly Option<int?> requests = new Option<int?>("--requests-per-minute")
    {
        Description = "Most requests to the model in a minute.",
    }.AtLeastOne();

    private readonly Option<int?> tokens = new Option<int?>("--tokens-per-minute")
    {
        Description = "Most tokens to and from the model in a minute.",
    }.AtLeastOne();

    public void AddTo(Command command)
    {
        Option[] models = [endpoint, model, apiKey, modelDirectory, adapter, device, rounds, maxOutputTokens, temperature];
        foreach (
            Option option in (Option[])
                [.. models, maxSequenceTokens, maxMistakes, inputPrice, outputPrice, maxCost, maxTotalTokens, requests, tokens]
        )
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            bool hasEndpoint = result.GetValue(endpoint) is not null;
            if (hasEndpoint != result.GetValue(model) is not null)
            {
                result.AddError("--endpoint and --model belong together.");
            }

            if (hasEndpoint && result.GetValue(modelDirectory) is not null)
            {
                result.AddError("--endpoint and --model-directory exclude each other.");
            }

            if (hasEndpoint && !IsWebAddress(result.GetValue(endpoint)!))
            {
                result.AddError("--endpoint must be an address such as https://api.openai.com/v1.");
            }

            RefuseUnused(result);
        });
    }

    public AuthorSettings Read(ParseResult result) =>
        new()
        {
            Endpoint = result.GetValue(endpoint),
            Model = result.GetValue(model),
            ApiKeyVariable = result.GetRequiredValue(apiKey),
            ModelDirectory = result.GetValue(modelDirectory),
            Adapter = result.GetValue(adapter),
            Device = result.GetRequiredValue(device),
            MaxSequenceTokens = result.GetValue(maxSequenceTokens),
            MaxMistakes = result.GetValue(maxMistakes),
            Rounds = result.GetValue(rounds),
            MaxOutputTokens = result.GetValue(maxOutputTokens),
            Temperature = result.GetValue(temperature),
            InputPrice = result.GetValue(inputPrice),
            OutputPrice = result.GetValue(outputPrice),
            MaxCost = result.GetValue(maxCost),
            MaxTotalTokens = result.GetValue(maxTotalTokens),
            RequestsPerMinute = result.GetValue(requests),
            TokensPerMinute = result.GetValue(tokens),
        };

    /// <summary>Refuses options that would change nothing without another one.</summary>
    private void RefuseUnused(CommandResult result)
    {
        bool hasFolder = IsGiven(modelDirectory);
        Refuse([adapter, device], hasFolder, "--model-directory");
        Refuse(
            [rounds, maxOutputTokens, temperature, inputPrice, outputPrice, maxCost, maxTotalTokens, requests, tokens],
            hasFolder || IsGiven(endpoint),
            "--endpoint or --model-directory"
        );
        if (IsGiven(maxMistakes) && (hasFolder || IsGiven(endpoint)))
        {
            result.AddError("--max-mistakes is for sequences that no model writes; a model's attempts are limited by --rounds.");
        }

        if (IsGiven(inputPrice) != IsGiven(outputPrice))
        {
            result.AddError("--input-price and --output-price belong together.");
        }

        Refuse([maxCost], IsGiven(inputPrice) || IsGiven(outputPrice), "--input-price and --output-price");

        bool IsGiven(Option option) => result.GetResult(option) is { Implicit: false };

        void Refuse(Option[] options, bool hasNeeded, string needed)
        {
            foreach (Option option in options.Where(option => !hasNeeded && IsGiven(option)))
            {
                result.AddError($"{option.Name} needs {needed}.");
            }
        }
    }

    private static Option<decimal?> Price(string name, string description) =>
        new Option<decimal?>(name) { Description = description }.Require(value => value is null or >= 0, "at least 0");

    private static bool IsWebAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? address)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);
}
