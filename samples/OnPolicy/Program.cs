using System.CommandLine;
using ReflectionCoder.Samples;
using ReflectionCoder.Samples.OnPolicy;

// Lets a model learn from its own answers to tasks: they run in the sandbox, and what came of them teaches.
// Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C (143 by SIGTERM).
OnPolicyArguments arguments = new();
RootCommand root = arguments.CreateCommand();
using StopSignal stop = new();
root.SetAction((result, _) => OnPolicyRun.ExecuteAsync(arguments.Read(result), stop));

return await CommandLine.RunAsync(root, args);
