using ReflectionCoder.Checkpointing;

namespace ReflectionCoder.Tests.FineTuning;

public sealed class CheckpointStoreTests
{
    [Fact]
    public void Write_TwoCheckpoints_AreFoundByStep()
    {
        using RunFolder folder = new();
        CheckpointStore store = new(folder.Path);
        store.Write(State(10), Files);
        store.Write(State(9), Files);
        Assert.Equal([9L, 10L], store.Steps());
        TrainingCheckpoint latest = store.FindLatest()!;
        Assert.Equal(10, latest.State.Step);
        Assert.Equal(5, latest.State.Files["a.bin"]);
        Assert.Equal([1u, 2u], latest.State.MaskState);
    }

    [Fact]
    public void FindLatest_BrokenOnes_ArePassedOver()
    {
        using RunFolder folder = new();
        CheckpointStore store = new(folder.Path);
        Assert.Null(store.FindLatest());
        store.Write(State(1), Files);
        store.Write(State(2), Files);
        store.Write(State(3), Files);
        store.Write(State(4), Files);
        Directory.CreateDirectory(store.DirectoryOf(5));
        File.WriteAllText(Path.Combine(store.DirectoryOf(4), TrainerState.FileName), "{\"step\":");
        File.Delete(Path.Combine(store.DirectoryOf(3), "a.bin"));
        string state = Path.Combine(store.DirectoryOf(2), TrainerState.FileName);
        File.WriteAllText(
            state,
            File.ReadAllText(state).Replace($"\"format\": {TrainerState.CurrentFormat}", "\"format\": 99", StringComparison.Ordinal)
        );
        Assert.Equal(1, store.FindLatest()!.State.Step);
        TrainingCheckpoint latest = TrainingCheckpoint.FindLatest(folder.Path)!;
        Assert.Equal((1, store.DirectoryOf(1)), (latest.Step, latest.Directory));
        Assert.Null(TrainingCheckpoint.FindLatest(folder["none"]));
    }

    [Fact]
    public void Write_Fails_LeavesTheFormerCheckpointOfTheStep()
    {
        using RunFolder folder = new();
        CheckpointStore store = new(folder.Path);
        store.Write(State(1), Files);
        CheckpointException exception = Assert.Throws<CheckpointException>(() =>
            store.Write(
                State(1),
                directory =>
                {
                    File.WriteAllText(Path.Combine(directory, "a.bin"), "other");
                    throw new IOException("disk full");
                }
            )
        );
        Assert.Equal(store.DirectoryOf(1), exception.Directory);
        Assert.Equal([store.DirectoryOf(1)], Directory.GetDirectories(folder.Path));
        Assert.Equal("hello", File.ReadAllText(Path.Combine(store.DirectoryOf(1), "a.bin")));
    }

    [Fact]
    public void RemoveTemporaries_LeavesEverythingElse()
    {
        using RunFolder folder = new();
        CheckpointStore store = new(folder.Path);
        store.Write(State(1), Files);
        Directory.CreateDirectory(folder["checkpoint-2.tmp-0123"]);
        Directory.CreateDirectory(folder[".saving.tmp-0123"]);
        Directory.CreateDirectory(folder["mine.tmp-0123"]);
        Assert.Equal(2, store.RemoveTemporaries());
        Assert.Equal([folder["checkpoint-1"], folder["mine.tmp-0123"]], Directory.GetDirectories(folder.Path).Order());
    }

    /// <summary>The final model was whole on the disk when the process died.</summary>
    [Fact]
    public void RemoveTemporaries_CommittedFinalModel_TakesItsPlace()
    {
        using RunFolder folder = new();
        CheckpointStore store = new(folder.Path);
        File.WriteAllText(folder["model.safetensors"], "old");
        Directory.CreateDirectory(folder[".saved"]);
        Directory.CreateDirectory(folder[".saving.tmp-0123"]);
        foreach (string name in (string[])["config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"])
        {
            File.WriteAllText(folder[".saved/" + name], "new");
        }

        File.WriteAllText(
            folder[".saved/files.list"],
            "[\"config.json\",\"model-00001-of-00002.safetensors\",\"model-00002-of-00002.safetensors\"]"
        );
        Assert.Equal(1, store.RemoveTemporaries());
        Assert.Equal(
            ["config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"],
            Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).Order()
        );
    }

    [Fact]
    public void WriteFinal_FailsMidway_LeavesNoModelThatLoads()
    {
        using RunFolder folder = new();
        CheckpointStore store = new(folder.Path);
        store.WriteFinal(Model("first"));
        Assert.Equal("first", File.ReadAllText(folder["config.json"]));
        store.WriteFinal(Model("second"));
        Assert.Equal("second", File.ReadAllText(folder["model.safetensors"]));
        Directory.CreateDirectory(folder["model.safetensors.blocked"]);
        Assert.Throws<CheckpointException>(() =>
            store.WriteFinal(directory =>
            {
                Model("third")(directory);
                File.WriteAllText(Path.Combine(directory, "model.safetensors.blocked"), "a file that a folder is in the way of");
            })
        );
        Assert.False(File.Exists(folder["config.json"]));
        Assert.Empty(Directory.GetDirectories(folder.Path, "*.tmp-*"));

        static Action<string> Model(string text) =>
            directory =>
            {
                File.WriteAllText(Path.Combine(directory, "config.json"), text);
                File.WriteAllText(Path.Combine(directory, "model.safetensors"), text);
            };
    }

    private static void Files(string directory) => File.WriteAllText(Path.Combine(directory, "a.bin"), "hello");

    private static TrainerState State(long step) =>
        new()
        {
            Format = TrainerState.CurrentFormat,
            LibraryVersion = "0",
            Step = step,
            MaxSteps = 20,
            Epoch = 0,
            StepInEpoch = 0,
            SamplerState = [],
            MaskState = [1, 2],
            OptimizerStep = step,
            Threads = 1,
            Options = new Dictionary<string, string>(),
            DataFingerprint = "",
            ElapsedSeconds = 0,
            Files = new Dictionary<string, long>(),
        };
}
