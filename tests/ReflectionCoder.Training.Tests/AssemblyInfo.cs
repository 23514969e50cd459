// libtorch keeps its thread count and each .NET thread its own OpenMP team: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
