using ReflectionCoder.Samples.Recipes;

await OwnFamily.RunAsync(args);
