using System.Text.Json;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Safetensors;
using ReflectionCoder.Tests.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Checkpointing;

/// <summary>
/// A save that dies at any of its steps leaves the old model or the new one, weights, configuration and other files together.
/// </summary>
public sealed class InterruptedSaveTests
{
    private const long Small = 10_000;
    private static readonly ModelConfig Config = TinyModels.Llama with { HiddenLayers = 1 };

    private byte[] unlocked = [];

    /// <summary>
    /// Former and new save, each single or in shards; the same shape, so that shards of both have the same names, and another one.
    /// </summary>
    public static TheoryData<bool, bool, bool> Cases { get; } =
        new()
        {
            { false, false, false },
            { true, true, false },
            { true, false, true },
            { false, true, true },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Save_KilledAfterAnyStep_LeavesTheOldOrTheNewModel(bool oldSharded, bool newSharded, bool otherShape)
    {
        using var folder = new TemporaryFolder();
        using var copies = new TemporaryFolder();
        using CausalLanguageModel old = TinyModels.Create(Config);
        using CausalLanguageModel next = TinyModels.Create(otherShape ? Config with { VocabularySize = 41 } : Config, seed: 2);
        ModelFolder.Save(folder.FullName, old, Options(oldSharded), WriteOthers("old"));
        List<string> steps = [];
        ModelFolder.Save(
            folder.FullName,
            next,
            Options(newSharded),
            WriteOthers("new"),
            step =>
            {
                CopyTree(folder.FullName, copies[$"{steps.Count:D2}"]);
                steps.Add(step);
            }
        );

        int committed = steps.IndexOf("committed");
        Assert.True(committed > 3 && steps.Count > committed + 4, string.Join(", ", steps));
        for (int i = 0; i < steps.Count; i++)
        {
            string copy = copies[$"{i:D2}"];
            CheckForeignReader(copy, steps[i]);
            ModelFolder.FinishSave(copy);
            (CausalLanguageModel expected, string others) = i < committed ? (old, "old") : (next, "new");
            Assert.Equal(others, File.ReadAllText(Path.Combine(copy, "tokenizer.json")));
            using (CausalLanguageModel loaded = ModelFolder.Load(copy, CPU))
            {
                AssertEqual(expected, loaded, steps[i]);
            }

            // What was left behind is in nobody's way, and goes.
            if (i % 4 != 0)
            {
                continue;
            }

            ModelFolder.Save(copy, old, Options(oldSharded), WriteOthers("old"));
            Assert.Equal(
                Names(oldSharded ? Small : long.MaxValue, old),
                Directory.GetFileSystemEntries(copy).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            );
        }

        Assert.Equal(
            Names(newSharded ? Small : long.MaxValue, next),
            Directory.GetFileSystemEntries(folder.FullName).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Save_FailsAtAnyStep_IsTypedAndLeavesTheOldOrTheNewModel(bool oldSharded, bool newSharded, bool otherShape)
    {
        using CausalLanguageModel old = TinyModels.Create(Config);
        using CausalLanguageModel next = TinyModels.Create(otherShape ? Config with { VocabularySize = 41 } : Config, seed: 2);
        for (int failing = 0; ; failing++)
        {
            using var folder = new TemporaryFolder();
            ModelFolder.Save(folder.FullName, old, Options(oldSharded), WriteOthers("old"));
            List<string> steps = [];
            bool failed = false;
            try
            {
                ModelFolder.Save(
                    folder.FullName,
                    next,
                    Options(newSharded),
                    WriteOthers("new"),
                    step =>
                    {
                        steps.Add(step);
                        if (steps.Count == failing + 1)
                        {
                            throw new IOException("no space left");
                        }
                    }
                );
            }
            catch (FileWriteException e)
            {
                failed = true;
                Assert.Contains("no space left", e.Message);
                Assert.StartsWith(folder.FullName, e.Path);
            }

            using CausalLanguageModel loaded = ModelFolder.Load(folder.FullName, CPU);
            AssertEqual(steps.Contains("committed") ? next : old, loaded, steps[^1]);
            Assert.Empty(Directory.GetDirectories(folder.FullName));
            if (!failed)
            {
                Assert.True(failing > 8);
                return;
            }
        }
    }

    [Fact]
    public void Save_DiskFull_NamesTheFileAndLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        using CausalLanguageModel model = TinyModels.Create(Config);
        FileWriteException error = Assert.Throws<FileWriteException>(() =>
            ModelFolder.Save(
                folder["new"],
                model,
                writeOthers: directory =>
                    throw new FileWriteException(Path.Combine(directory, "tokenizer.json"), new IOException("disk full"))
            )
        );
        Assert.Equal(folder[Path.Combine("new", "tokenizer.json")], error.Path);
        Assert.Contains("disk full", error.Message);
        Assert.Empty(Directory.GetFileSystemEntries(folder["new"]));
    }

    /// <summary>The two adapters have tensors of the same shapes, which another scale would turn into a third adapter.</summary>
    [Fact]
    public void SaveAdapter_KilledAfterAnyStep_EveryReaderFindsTheOldOrTheNewAdapter()
    {
        using var folder = new TemporaryFolder();
        using var copies = new TemporaryFolder();
        using CausalLanguageModel old = Adapted(alpha: 4, seed: 1);
        using CausalLanguageModel next = Adapted(alpha: 9, seed: 2);
        AdapterFolder.Save(folder.FullName, old, WriteOthers("old"));
        List<string> steps = [];
        AdapterFolder.Save(
            folder.FullName,
            next,
            WriteOthers("new"),
            step =>
            {
                CopyTree(folder.FullName, copies[$"{steps.Count:D2}"]);
                steps.Add(step);
            }
        );

        int committed = steps.IndexOf("committed");
        Assert.True(committed > 3 && steps.Count > committed + 4, string.Join(", ", steps));
        string[] names = [AdapterConfigFile.FileName, WeightFiles.Adapter, "tokenizer.json"];
        Action<string, double, CausalLanguageModel>[] readers =
        [
            (copy, _, _) => Assert.True(AdapterFolder.IsAdapter(copy)),
            (copy, alpha, _) => Assert.Equal(alpha, AdapterConfigFile.Load(copy).Options.Alpha),
            (copy, _, expected) =>
            {
                using CausalLanguageModel model = Adapted(alpha: 1, seed: 3);
                using SavedWeights saved = SavedWeights.Open(copy, model);
                saved.CopyInto(CPU);
                AssertEqual(expected.Lora!.Parameters, model.Lora!.Parameters, copy);
            },
            (copy, alpha, expected) =>
            {
                using CausalLanguageModel model = TinyModels.Create(Config);
                Assert.Equal(alpha, AdapterFolder.Load(copy, model).Options.Alpha);
                AssertEqual(expected.Lora!.Parameters, model.Lora!.Parameters, copy);
            },
        ];
        for (int i = 0; i < steps.Count; i++)
        {
            (CausalLanguageModel expected, double alpha, string others) = i < committed ? (old, 4, "old") : (next, 9, "new");
            string killed = copies[$"{i:D2}"];
            CheckForeignAdapterReader(killed, old, next, steps[i]);
            foreach ((int index, Action<string, double, CausalLanguageModel> read) in readers.Index())
            {
                string copy = copies[$"{i:D2}-{index}"];
                CopyTree(killed, copy);
                read(copy, alpha, expected);
                Assert.Equal(others, File.ReadAllText(Path.Combine(copy, "tokenizer.json")));
                Assert.Equal(names, Directory.GetFiles(copy).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            }

            AdapterFolder.Save(killed, old, WriteOthers("old"));
            Assert.Equal(names, Directory.GetFileSystemEntries(killed).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        }
    }

    /// <summary>Shards of two saves have the same names: who opens them without the configuration must not get some of each.</summary>
    [Fact]
    public void SafetensorsIndexOpen_SaveCutOff_FinishesIt()
    {
        using var folder = new TemporaryFolder();
        using CausalLanguageModel old = TinyModels.Create(Config);
        using CausalLanguageModel next = TinyModels.Create(Config, seed: 2);
        ModelFolder.Save(folder.FullName, old, Options(sharded: true));
        Assert.Throws<FileWriteException>(() =>
            ModelFolder.Save(
                folder.FullName,
                next,
                Options(sharded: true),
                null,
                step =>
                {
                    if (step.StartsWith("moved model-00002", StringComparison.Ordinal))
                    {
                        throw new IOException("killed");
                    }
                }
            )
        );
        Assert.True(new FolderUpdate(folder.FullName).IsUnfinished);
        using SafetensorsIndex index = SafetensorsIndex.Open(folder.FullName);
        Assert.False(new FolderUpdate(folder.FullName).IsUnfinished);
        foreach ((string name, Tensor weight) in next.Parameters)
        {
            using Tensor saved = index.Tensors[name].Read(name, CPU);
            Assert.True(weight.bytes.SequenceEqual(saved.bytes), name);
        }
    }

    /// <summary>Readers that come together finish one save together, and none of them takes what another has put in place.</summary>
    [Fact]
    public void FinishSave_ManyAtOnce_FinishOneSave()
    {
        string[] names =
        [
            "config.json",
            "generation_config.json",
            .. Enumerable.Range(0, 5).Select(i => WeightFiles.Shard(i, 5)),
            SafetensorsIndex.IndexFileName,
        ];
        for (int round = 0; round < 20; round++)
        {
            using var folder = new TemporaryFolder();
            Directory.CreateDirectory(folder[".saved"]);
            File.WriteAllText(folder["config.json"], "old");
            File.WriteAllText(folder["model.safetensors"], "old");
            foreach (string name in names)
            {
                File.WriteAllText(folder[Path.Combine(".saved", name)], "new");
            }

            File.WriteAllText(folder[Path.Combine(".saved", "files.list")], JsonSerializer.Serialize(names));
            Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ => ModelFolder.FinishSave(folder.FullName));
            Assert.Equal(
                names.Order(StringComparer.Ordinal),
                Directory.GetFileSystemEntries(folder.FullName).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            );
            Assert.All(names, name => Assert.Equal("new", File.ReadAllText(folder[name])));
        }
    }

    [Fact]
    public void FinishSave_DamagedList_IsTypedAndTouchesNothing()
    {
        foreach (string list in (string[])["", "{}", "[\"../x\"]", "[null]", "[\"\"]", "[1]"])
        {
            using var folder = new TemporaryFolder();
            Directory.CreateDirectory(folder[".saved"]);
            File.WriteAllText(folder["config.json"], "old");
            File.WriteAllText(folder[Path.Combine(".saved", "config.json")], "new");
            File.WriteAllText(folder[Path.Combine(".saved", "files.list")], list);
            Assert.Throws<DataFormatException>(() => ModelFolder.FinishSave(folder.FullName));
            Assert.Equal("old", File.ReadAllText(folder["config.json"]));
        }
    }

    /// <summary>Who doesn't know of unfinished saves finds one model's weights and configuration, or no configuration.</summary>
    private static void CheckForeignReader(string directory, string step)
    {
        if (!File.Exists(Path.Combine(directory, "config.json")))
        {
            return;
        }

        string others = File.ReadAllText(Path.Combine(directory, "tokenizer.json"));
        int rows = ModelConfig.Load(directory).VocabularySize;
        var naive = NaiveSafetensors.ReadFolder(directory);
        Assert.True(naive["lm_head.weight"].Shape[0] == rows, step);
        Assert.True(others is "old" or "new", step);
    }

    private static void AssertEqual(CausalLanguageModel expected, CausalLanguageModel actual, string step)
    {
        Assert.Equal(expected.Config.VocabularySize, actual.Config.VocabularySize);
        foreach ((string name, Tensor weight) in expected.Parameters)
        {
            Assert.True(weight.bytes.SequenceEqual(actual.Parameters[name].bytes), $"{step}: {name}");
        }
    }

    private static void AssertEqual(
        IReadOnlyDictionary<string, Tensor> expected,
        IReadOnlyDictionary<string, Tensor> actual,
        string step
    ) => Assert.All(expected, pair => Assert.True(pair.Value.bytes.SequenceEqual(actual[pair.Key].bytes), $"{step}: {pair.Key}"));

    /// <summary>Who doesn't know of unfinished saves finds one adapter's tensors and configuration, or no configuration.</summary>
    private static void CheckForeignAdapterReader(string directory, CausalLanguageModel old, CausalLanguageModel next, string step)
    {
        string config = Path.Combine(directory, AdapterConfigFile.FileName);
        if (File.Exists(config))
        {
            CausalLanguageModel expected = AdapterConfigFile.Parse(File.ReadAllText(config)).Options.Alpha == 4 ? old : next;
            using SafetensorsReader file = SafetensorsReader.Open(Path.Combine(directory, WeightFiles.Adapter));
            foreach ((string name, Tensor parameter) in expected.Lora!.Parameters)
            {
                using Tensor saved = file.Read(name, CPU);
                Assert.True(parameter.bytes.SequenceEqual(saved.bytes), $"{step}: {name}");
            }
        }
    }

    private static CausalLanguageModel Adapted(double alpha, ulong seed)
    {
        CausalLanguageModel model = TinyModels.Create(Config);
        LoraProblem.Change(model.Adapt(LoraProblem.Options with { Alpha = alpha }, LoraProblem.Tokens, (long)seed), seed);
        return model;
    }

    private static ModelSaveOptions Options(bool sharded) => new() { MaxShardSize = sharded ? Small : long.MaxValue };

    private static Action<string> WriteOthers(string text) =>
        directory => File.WriteAllText(Path.Combine(directory, "tokenizer.json"), text);

    private static IEnumerable<string> Names(long maxShardSize, CausalLanguageModel model)
    {
        var plan = ShardPlan.Split(model.Parameters.Select(pair => (pair.Key, pair.Value.numel() * 4)), maxShardSize);
        return plan.Select(shard => shard.FileName)
            .Concat(plan.Count > 1 ? [SafetensorsIndex.IndexFileName] : Array.Empty<string>())
            .Concat(["config.json", "generation_config.json", "tokenizer.json"])
            .Order(StringComparer.Ordinal);
    }

    /// <summary>A file's content; that of the list, which is locked while files are moved, from when it was not.</summary>
    private byte[] Content(string file)
    {
        if (Path.GetFileName(file) != "files.list")
        {
            return File.ReadAllBytes(file);
        }

        try
        {
            return unlocked = File.ReadAllBytes(file);
        }
        catch (IOException)
        {
            return unlocked;
        }
    }

    private void CopyTree(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from))
        {
            File.WriteAllBytes(Path.Combine(to, Path.GetFileName(file)), Content(file));
        }

        foreach (string folder in Directory.GetDirectories(from))
        {
            CopyTree(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }
}
