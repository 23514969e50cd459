// Grad mode and generators are state of the thread and the process, so tests run one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
