using System.CommandLine;
using ReflectionCoder.Samples;
using ReflectionCoder.Samples.FineTune;

// Fine-tunes a code model on reflection sequences. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C (143 by SIGTERM).
FineTuneOptions command = new();
ParseResult parsed = command.Root.Parse(args);
if (parsed.Errors.Count > 0)
{
    await Console.Error.WriteLineAsync("error: " + string.Join(" ", parsed.Errors.Select(error => error.Message)) + " See --help.");
    return ExitCode.Usage;
}

using StopSignal stop = new();
command.Root.SetAction((result, _) => FineTuneRun.ExecuteAsync(command.Read(result), stop));

// Stopping takes as long as a checkpoint takes to write: the parser's own handling of Ctrl-C would cut it short.
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
