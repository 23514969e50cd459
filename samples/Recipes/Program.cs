using ReflectionCoder.Samples.Recipes;

await OwnModel.RunAsync(args);
