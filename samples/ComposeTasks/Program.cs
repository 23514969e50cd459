using System.CommandLine;
using ReflectionCoder.Samples;
using ReflectionCoder.Samples.ComposeTasks;

// Composes programming tasks, or plain samples to pretrain a model on. Exit codes: 0 done, 1 failed, 2 wrong usage.
return await CommandLine.RunAsync(new ComposeCommands().Root, args);
