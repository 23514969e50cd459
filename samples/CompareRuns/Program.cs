using System.CommandLine;
using ReflectionCoder.Samples;
using ReflectionCoder.Samples.CompareRuns;

// Shows training runs as a page of curves, and their first and last numbers on the console.
// Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C (143 by SIGTERM).
CompareRunsArguments arguments = new();
RootCommand root = arguments.CreateCommand();
using StopSignal stop = new();
root.SetAction((result, _) => CompareRunsCommand.ExecuteAsync(arguments.Read(result), stop));

return await CommandLine.RunAsync(root, args);
