using System.CommandLine;
using System.Globalization;
using BenchmarkDotNet.Running;
using ReflectionCoder.Benchmarks;
using ReflectionCoder.Benchmarks.Evaluation;
using ReflectionCoder.Benchmarks.Race;

if (args is [ShortMode.Option])
{
    return ShortMode.Run();
}

// "race …" times one training run in this process (benchmarks/race.sh), "logits …" writes a model's logits (benchmarks/cuda.sh); anything
// else goes to BenchmarkDotNet.
if (args is ["race", .. string[] rest])
{
    RaceOptions command = new();
    command.Root.SetAction((result, _) => RaceRun.ExecuteAsync(command.Read(result)));
    return await command.Root.Parse(rest).InvokeAsync();
}

if (args is ["logits", .. string[] options])
{
    return await LogitsDump.Command().Parse(options).InvokeAsync();
}

if (args is ["race-tokenizers", .. string[] rounds] && rounds is [] or [_])
{
    return TokenizerRace.Run(rounds is [string given] ? int.Parse(given, CultureInfo.InvariantCulture) : 5);
}

if (args is ["race-sandbox", .. string[] runs] && runs is [] or [_])
{
    return await SandboxRace.RunAsync(runs is [string count] ? int.Parse(count, CultureInfo.InvariantCulture) : 20);
}

if (args is ["race-duplicates", .. string[] texts] && texts is [] or [_])
{
    return DuplicateRace.Run(texts is [string number] ? int.Parse(number, CultureInfo.InvariantCulture) : 100_000);
}

if (args is ["race-evaluation", .. string[] evaluation])
{
    return await EvaluationRace.RunAsync(evaluation);
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
