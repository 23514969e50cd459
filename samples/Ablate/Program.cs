using System.CommandLine;
using ReflectionCoder.Samples;
using ReflectionCoder.Samples.Ablate;

// Trains the arms of an ablation study from one base, measures each, and writes what came of it: results.jsonl and evidence.md.
// Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C (143 by SIGTERM).
AblateArguments arguments = new();
RootCommand root = arguments.CreateCommand();
using StopSignal stop = new();
root.SetAction((result, _) => StudyCommand.ExecuteAsync(arguments.Read(result), stop));

return await CommandLine.RunAsync(root, args);
