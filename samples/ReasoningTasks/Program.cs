using System.CommandLine;
using ReflectionCoder.Samples;
using ReflectionCoder.Samples.ReasoningTasks;

// Composes problems of arithmetic with derivations that a verifier checks, and judges answers to them.
// Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C (143 by SIGTERM).
using StopSignal stop = new();
return await CommandLine.RunAsync(new ReasoningCommands(stop).Root, args);
