using System.CommandLine;

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

    private readonly Option<int> maxSequenceTokens = new("--max-sequence-tokens")
    {
        Description = "Largest sequence, counting one token for each byte and marker.",
        DefaultValueFactory = _ => 16_000,
    };

    private readonly Option<int> rounds = new("--rounds") { Description = "Most attempts of a model.", DefaultValueFactory = _ => 4 };
    private readonly Option<int?> maxOutputTokens = new("--max-output-tokens")
    {
        Description = "Most tokens of a model's answer; the endpoint's limit, or 1024 for a folder's model, if left out.",
    };
    private readonly Option<float?> temperature = new("--temperature")
    {
        Description = "Temperature of a model's answers; the endpoint's, or 0.8 for a folder's model, if left out.",
    };
    private readonly Option<decimal?> inputPrice = new("--input-price") { Description = "Price of a million tokens read." };
    private readonly Option<decimal?> outputPrice = new("--output-price") { Description = "Price of a million tokens written." };
    private readonly Option<decimal?> maxCost = new("--max-cost") { Description = "The run stops before it costs more; needs prices." };
    private readonly Option<long?> maxTotalTokens = new("--max-total-tokens")
    {
        Description = "The run stops before it reads and writes more tokens.",
    };

    private readonly Option<int?> requests = new("--requests-per-minute") { Description = "Most requests to the endpoint in a minute." };
    private readonly Option<int?> tokens = new("--tokens-per-minute") { Description = "Most tokens to and from the endpoint in a minute." };

    public void AddTo(Command command)
    {
        Option[] models = [endpoint, model, apiKey, modelDirectory, adapter, device, rounds, maxOutputTokens, temperature];
        foreach (
            Option option in (Option[])[.. models, maxSequenceTokens, inputPrice, outputPrice, maxCost, maxTotalTokens, requests, tokens]
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

            if (result.GetValue(adapter) is not null && result.GetValue(modelDirectory) is null)
            {
                result.AddError("--adapter needs --model-directory.");
            }

            if (hasEndpoint && !IsWebAddress(result.GetValue(endpoint)!))
            {
                result.AddError("--endpoint must be an address such as https://api.openai.com/v1.");
            }
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

    private static bool IsWebAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? address)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);
}
