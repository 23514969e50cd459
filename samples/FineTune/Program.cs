using System.CommandLine;
using ReflectionCoder.Samples;
using ReflectionCoder.Samples.FineTune;

// Fine-tunes a code model on reflection sequences. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C (143 by SIGTERM).
FineTuneOptions command = new();
using StopSignal stop = new();
command.Root.SetAction((result, _) => FineTuneRun.ExecuteAsync(command.Read(result), stop));
return await CommandLine.RunAsync(command.Root, args);
