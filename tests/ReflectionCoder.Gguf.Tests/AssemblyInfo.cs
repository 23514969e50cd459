using Xunit.Sdk;
using Xunit.v3;

// libtorch keeps its thread count and each .NET thread its own OpenMP team: one test at a time.
[assembly: Parallelization(Mode = ParallelMode.None)]

// What a test draws doesn't depend on the tests before it.
[assembly: ReflectionCoder.Tests.SeedTorch]
