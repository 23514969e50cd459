using System.CommandLine;
using ReflectionCoder.Curation.Reporting;
using ReflectionCoder.Masking;
using ReflectionCoder.Samples;
using ReflectionCoder.Tokenization;

// Shows a data set as a page: what it is made of, and samples to read.
// Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C (143 by SIGTERM).
Option<string> data = new("--data")
{
    Description = "The data set: JSONL of conversations, plain or gzipped.",
    HelpName = "FILE",
    Required = true,
};
Option<string> report = new("--report")
{
    Description = "The page to write (.html).",
    HelpName = "FILE",
    Required = true,
};
Option<string?> tokenizer = new("--tokenizer")
{
    Description = "Folder of a model or tokenizer that counts tokens; a token for each byte where left out.",
    HelpName = "DIR",
};
Option<string> strategy = new("--strategy")
{
    Description = $"What the mask preview hides: {string.Join(", ", MaskStrategies.Names)}, or none.",
    HelpName = "NAME",
    DefaultValueFactory = _ => "block",
};
Option<string> order = new("--block-order")
{
    Description = "In which order the strategy 'block' hides the types: e, t and c.",
    HelpName = "ORDER",
    DefaultValueFactory = _ => "e,t,c",
};
Option<double> rate = new("--rate") { Description = "The mask rate, from 0 to 1.", DefaultValueFactory = _ => 0.5 };
Option<int> samples = new("--samples") { Description = "The most samples that are shown.", DefaultValueFactory = _ => 100 };
Option<uint> seed = new("--seed") { Description = "Chooses the samples, and draws random masks.", DefaultValueFactory = _ => 3407U };
Option<bool> first = new("--first") { Description = "Show the first samples instead of random ones." };
RootCommand root = new("Writes a page about a data set: statistics, and samples block by block, with what a mask would hide.")
{
    data,
    report,
    tokenizer,
    strategy,
    order,
    rate,
    samples,
    seed,
    first,
};
using StopSignal stop = new();
root.SetAction(
    async (parsed, _) =>
    {
        try
        {
            IReadOnlyList<IMaskStrategy> strategies = MaskStrategies.Parse(
                parsed.GetRequiredValue(strategy),
                MaskStrategies.ParseBlockOrder(parsed.GetRequiredValue(order))
            );
            if (strategies.Count > 1)
            {
                throw new FormatException($"{strategy.Name} takes one strategy: a page shows one mask.");
            }

            DataReportOptions options = new()
            {
                Tokenizer = parsed.GetValue(tokenizer) is { } folder ? CodeTokenizer.Load(folder) : null,
                Strategy = strategies.SingleOrDefault(),
                MaskRate = parsed.GetValue(rate),
                Samples = parsed.GetValue(samples),
                Seed = parsed.GetValue(first) ? null : parsed.GetValue(seed),
            };
            await DataReport.WriteAsync(parsed.GetRequiredValue(data), parsed.GetRequiredValue(report), options, stop.Token);
            Console.WriteLine($"Wrote {parsed.GetRequiredValue(report)}.");
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped. No page was written.");
            return stop.ExitCode;
        }
        catch (Exception exception)
        {
            await Console.Error.WriteLineAsync("error: " + exception.Message.ReplaceLineEndings(" "));
            return ExitCode.Failed;
        }
    }
);
return await CommandLine.RunAsync(root, args);
