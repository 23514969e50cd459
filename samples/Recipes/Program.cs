using ReflectionCoder.Samples;
using ReflectionCoder.Samples.Recipes;

// Parts of one's own, one file each, as a host would write them: Recipes NAME [ARGUMENTS], from the repository's root.
Dictionary<string, Func<string[], Task>> recipes = new()
{
    ["mask-strategy"] = OwnMaskStrategy.RunAsync, // [CONFIG.json SAMPLES.jsonl OUTPUT]
    ["loss-term"] = OwnLossTerm.RunAsync, // [CONFIG.json SAMPLES.jsonl OUTPUT]
    ["model"] = OwnModel.RunAsync, // [SAMPLES.jsonl OUTPUT]
    ["family"] = OwnFamily.RunAsync, // [SAMPLES.jsonl OUTPUT]
    ["author"] = OwnAuthor.RunAsync, // [OUTPUT.jsonl]
    ["language"] = OwnLanguage.RunAsync, // [INPUT …]
    ["benchmark"] = OwnBenchmark.RunAsync, // [PROBLEMS.jsonl]
};
if (args.Length == 0 || !recipes.TryGetValue(args[0], out Func<string[], Task>? run))
{
    Console.Error.WriteLine($"error: expected one of {string.Join(", ", recipes.Keys)}.");
    return ExitCode.Usage;
}

await run(args[1..]);
return ExitCode.Done;
