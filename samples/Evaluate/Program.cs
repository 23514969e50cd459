using System.CommandLine;
using ReflectionCoder.Samples;
using ReflectionCoder.Samples.Evaluate;

// Tests completions, or a model's answers, on a benchmark.
// Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C (143 by SIGTERM).
EvaluateArguments arguments = new();
RootCommand root = arguments.CreateCommand();
using StopSignal stop = new();
root.SetAction((result, _) => EvaluateRun.ExecuteAsync(arguments.Read(result), stop));

return await CommandLine.RunAsync(root, args);
