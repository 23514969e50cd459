using System.Diagnostics;
using System.Text.Json.Nodes;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Safetensors;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tests.Commands;
using ReflectionCoder.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>The FineTune sample at its border: files in, exit code, one line of error, files out.</summary>
public sealed class FineTuneCommandTests : IDisposable
{
    private readonly RunFolder folder = new();

    public FineTuneCommandTests()
    {
        SequenceWriter.Write(
            Train,
            Enumerable.Range(0, 18).Select(TinyRun.Reflection).Concat(Enumerable.Range(0, 5).Select(TinyRun.Generation))
        );
        File.WriteAllText(Config, TinyRun.Config.ToJson());
    }

    private string Train => folder["train.jsonl"];

    private string Config => folder["tiny.json"];

    private string Output => folder["out"];

    private string Metrics => Path.Combine(Output, "metrics.jsonl");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_FromScratch_TrainsMeasuresAndSaves()
    {
        FineTuneResult result = FineTuneProcess.Run([.. Arguments(), "--validation", Train, "--max-steps", "4"]);
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains("step 4/4", result.Output);
        Assert.Contains("one-off nll/token", result.Output);
        Assert.Empty(result.Errors);
        Assert.Equal(5, File.ReadLines(Metrics).Count());
        using CausalLanguageModel model = ModelFolder.Load(Output, CPU);
        Assert.Equal(TinyRun.Tokenizer.VocabularySize, CodeTokenizer.Load(Output).VocabularySize);
    }

    [Fact]
    public void Run_HuggingFaceModelWithoutMarkers_GetsRowsThatAreTheMeanOfTheirSubTokens()
    {
        string start = folder["model"];
        SaveModelWithoutMarkers(start);
        using CausalLanguageModel before = ModelFolder.Load(start, CPU);

        // The first step of a warm-up has learning rate 0: what is saved is what was set up.
        FineTuneResult result = FineTuneProcess.Run([.. Arguments("--model", start), "--max-steps", "1", "--warmup-ratio", "1"]);
        Assert.True(result.ExitCode == 0, result.Errors);
        using CausalLanguageModel after = ModelFolder.Load(Output, CPU);
        CodeTokenizer tokenizer = CodeTokenizer.Load(Output);
        Assert.Equal(before.VocabularySize + 7, after.VocabularySize);
        Assert.Empty(tokenizer.AppendedMarkers);
        foreach (string name in new[] { "model.embed_tokens.weight", "lm_head.weight" })
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGradient = no_grad();
            long[] bytes = [.. Markers.Execution.Select(letter => (long)letter)];
            Tensor expected = before.Parameters[name].index_select(0, tensor(bytes)).mean([0]);
            Tensor found = after.Parameters[name][tokenizer.MarkerIds.Execution];
            Assert.True(expected.sub(found).abs().max().item<float>() < 1e-6);
        }
    }

    [Fact]
    public void Run_SmallShards_AreSavedInCheckpointsAndResult_AndResumed()
    {
        string[] arguments = [.. Arguments(), "--max-shard-size", "20KB"];
        FineTuneResult result = FineTuneProcess.Run([.. arguments, "--max-steps", "4"]);
        Assert.True(result.ExitCode == 0, result.Errors);
        string checkpoint = Path.Combine(Output, "checkpoint-3");
        foreach (string directory in (string[])[Output, checkpoint])
        {
            Assert.False(File.Exists(Path.Combine(directory, SafetensorsIndex.FileName)));
            Assert.InRange(Directory.GetFiles(directory, "model-*-of-*.safetensors").Length, 2, 100);
            using CausalLanguageModel model = ModelFolder.Load(directory, CPU);
            Assert.Equal(
                [TinyRun.Tokenizer.EosTokenId, TinyRun.Tokenizer.MarkerIds.EndOfBlock, TinyRun.Tokenizer.MarkerIds.EndOfMessage],
                model.GenerationConfig.EosTokenIds
            );
        }

        Dictionary<string, byte[]> weights = Directory
            .GetFiles(Output, "model*")
            .ToDictionary(file => Path.GetFileName(file), File.ReadAllBytes);
        FineTuneResult resumed = FineTuneProcess.Run([.. arguments, "--max-steps", "4", "--resume"]);
        Assert.True(resumed.ExitCode == 0, resumed.Errors);
        Assert.Equal(weights, Directory.GetFiles(Output, "model*").ToDictionary(file => Path.GetFileName(file), File.ReadAllBytes));

        // Another run in its place, in one file: no shard of the former stays.
        FineTuneResult anew = FineTuneProcess.Run([.. Arguments(), "--max-steps", "1", "--overwrite-output-dir"]);
        Assert.True(anew.ExitCode == 0, anew.Errors);
        Assert.Equal([SafetensorsIndex.FileName], Directory.GetFiles(Output, "model*").Select(Path.GetFileName));
        FineTuneResult wrong = FineTuneProcess.Run([.. Arguments(), "--max-shard-size", "many"]);
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("'many' is no size", wrong.Errors);
    }

    [Fact]
    public void Run_Lora_LeavesAnAdapterThatResumesAndAMergedModel()
    {
        string start = folder["model"];
        string merged = folder["merged"];
        SaveModelWithoutMarkers(start);
        string[] run =
        [
            .. Arguments("--model", start),
            "--max-steps",
            "6",
            "--lora-rank",
            "4",
            "--lora-alpha",
            "8",
            "--lora-dropout",
            "0.1",
            "--lora-target-modules",
            "q_proj,v_proj,down_proj",
        ];
        FineTuneResult result = FineTuneProcess.Run([.. run, "--merge", merged]);
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains($"Adapter: {Output}", result.Output);
        byte[] weights = File.ReadAllBytes(Path.Combine(Output, WeightFiles.Adapter));
        Assert.Equal(["q_proj", "v_proj", "down_proj"], AdapterConfigFile.Load(Output).Options.TargetModules);

        using (
            PretrainedModel adapted = PretrainedModel.Load(
                new PretrainedModelOptions
                {
                    Directory = start,
                    Adapter = Output,
                    Device = "cpu",
                }
            )
        )
        using (CausalLanguageModel plain = ModelFolder.Load(merged, CPU))
        {
            Assert.Equal(266, plain.VocabularySize);
            CodeTokenizer tokenizer = CodeTokenizer.Load(merged);
            Assert.Empty(tokenizer.AppendedMarkers);
            Assert.Equal(
                [tokenizer.EosTokenId, tokenizer.MarkerIds.EndOfBlock, tokenizer.MarkerIds.EndOfMessage],
                plain.GenerationConfig.EosTokenIds.TakeLast(3)
            );
            adapted.Model.MergeAdapter();
            Assert.All(
                plain.Parameters,
                weight =>
                    Assert.Equal(
                        weight.Value.detach().data<float>().ToArray(),
                        adapted.Model.Parameters[weight.Key].detach().data<float>().ToArray()
                    )
            );
        }

        // Without --model, the base is the one that the checkpoint names.
        foreach (string name in new[] { "checkpoint-6", "adapter_config.json", WeightFiles.Adapter })
        {
            string path = Path.Combine(Output, name);
            Directory.Move(path, folder["gone-" + name]);
        }

        FineTuneResult resumed = FineTuneProcess.Run([
            .. run.Where(argument => argument is not "--model" && argument != start),
            "--resume",
        ]);
        Assert.True(resumed.ExitCode == 0, resumed.Errors);
        Assert.Equal(weights, File.ReadAllBytes(Path.Combine(Output, WeightFiles.Adapter)));
    }

    [Fact]
    public void Run_MergeIntoTheAdaptersFolder_ExitsWith2()
    {
        string[] arguments =
        [
            .. Arguments("--model", folder["model"]),
            "--lora-rank",
            "4",
            "--merge",
            Output + Path.DirectorySeparatorChar,
        ];
        FineTuneResult result = FineTuneProcess.Run(arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--merge needs a folder of its own", result.Errors);
    }

    [Fact]
    public void Run_MergeIntoTheBasesFolder_ExitsWith2BeforeTraining()
    {
        string start = folder["model"];
        SaveModelWithoutMarkers(start);
        string[] files = [.. Directory.GetFiles(start).Order()];
        string merged = start + Path.DirectorySeparatorChar;
        FineTuneResult result = FineTuneProcess.Run([.. Arguments("--model", start), "--lora-rank", "4", "--merge", merged]);
        Assert.Equal(2, result.ExitCode);
        Assert.Equal(
            $"error: --merge is {merged}; it must be another folder than the base model's, {start}",
            Assert.Single(result.Errors.Trim().Split('\n'))
        );
        Assert.Equal(files, Directory.GetFiles(start).Order());
        Assert.False(Directory.Exists(Output));
    }

    [Theory]
    [InlineData(new[] { "--lora-rank", "4" }, "--model")]
    [InlineData(new[] { "--lora-alpha", "4" }, "--lora-rank")]
    [InlineData(new[] { "--merge", "x" }, "--lora-rank")]
    public void Run_LoraOptionsThatDoNotFit_ExitWith2(string[] options, string part)
    {
        FineTuneResult result = FineTuneProcess.Run([.. Arguments(), .. options]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(part, Assert.Single(result.Errors.Split('\n')));
        Assert.False(Directory.Exists(Output));
    }

    [Fact]
    public void Run_LoraRankOutOfRange_NamesTheOption()
    {
        FineTuneResult result = FineTuneProcess.Run([
            .. Arguments("--model", SaveModel()),
            "--lora-rank",
            "0",
            "--lora-target-modules",
            "fc1",
        ]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--lora-rank is 0; it must be at least 1", result.Errors);
        Assert.Contains("--lora-target-modules is fc1", result.Errors);
    }

    [Fact]
    public void Run_MalformedLine_IsNamed()
    {
        File.AppendAllText(Train, "{\"messages\":[{\"role\":\"user\"\n");
        AssertFails(FineTuneProcess.Run(Arguments()), "train.jsonl", "24");
    }

    [Fact]
    public void Run_UnreadableFile_IsNamed() =>
        AssertFails(FineTuneProcess.Run([.. Arguments(), "--train", folder["absent.jsonl"]]), "absent.jsonl");

    [Fact]
    public void Run_NoReflectionSample_IsSaid()
    {
        SequenceWriter.Write(Train, Enumerable.Range(0, 5).Select(TinyRun.Generation));
        AssertFails(FineTuneProcess.Run(Arguments()), "None of the 5 samples is a reflection sample");
    }

    [Fact]
    public void Run_AllOverLength_SaysTheLengths() =>
        AssertFails(FineTuneProcess.Run([.. Arguments(), "--max-len", "20"]), "All 23 samples", "tokens");

    [Theory]
    [InlineData("--max-len", "0", "--max-len is 0; it must be at least 3")]
    [InlineData("--max-len", "-2147483648", "--max-len is -2147483648; it must be at least 3")]
    [InlineData("--eval-steps", "0", "--eval-steps is 0; it must be at least 1")]
    public void Run_NumberTooSmall_SaysTheLeast(string option, string value, string error)
    {
        FineTuneResult result = FineTuneProcess.Run([.. Arguments(), option, value]);
        Assert.Equal((2, $"error: {error}. See --help."), (result.ExitCode, result.Errors));
    }

    [Fact]
    public void Run_ConfigWithoutAField_NamesIt()
    {
        JsonObject config = JsonNode.Parse(File.ReadAllText(Config))!.AsObject();
        config.Remove("hidden_size");
        File.WriteAllText(Config, config.ToJsonString());
        AssertFails(FineTuneProcess.Run(Arguments()), "hidden_size");
    }

    [Fact]
    public void Run_VocabularySmallerThanTheTokenizer_IsSaid()
    {
        File.WriteAllText(Config, (TinyRun.Config with { VocabularySize = 260 }).ToJson());
        AssertFails(FineTuneProcess.Run(Arguments()), "260", TinyRun.Tokenizer.VocabularySize.ToString());
    }

    [Fact]
    public void Run_TruncatedWeights_AreNamed()
    {
        string start = SaveModel();
        using (FileStream weights = File.OpenWrite(Path.Combine(start, "model.safetensors")))
        {
            weights.SetLength(weights.Length - 1000);
        }

        AssertFails(FineTuneProcess.Run(Arguments("--model", start)), "model.safetensors");
    }

    [Fact]
    public void Run_WeightsOfAnotherShape_AreNamed()
    {
        string start = SaveModel();
        File.WriteAllText(Path.Combine(start, "config.json"), (TinyRun.Config with { IntermediateSize = 64 }).ToJson());
        AssertFails(FineTuneProcess.Run(Arguments("--model", start)), "mlp", "64");
    }

    [Fact]
    public void Run_NanWeights_StopBeforeTheFirstUpdate()
    {
        string start = SaveModel(model =>
        {
            using IDisposable noGradient = no_grad();
            model.Parameters["model.norm.weight"].fill_(float.NaN);
        });
        AssertFails(
            FineTuneProcess.Run(Arguments("--model", start)),
            "The term cross_entropy of the loss of step 1 is NaN",
            "train.jsonl:"
        );
    }

    [Theory]
    [InlineData("--learning-rate", "-1")]
    [InlineData("--block-order", "e,e,c")]
    [InlineData("--mask", "blocks")]
    [InlineData("--per-device-train-batch-size", "many")]
    [InlineData("--no-such-option", "1")]
    public void Run_WrongUsage_ExitsWith2(string option, string value)
    {
        FineTuneResult result = FineTuneProcess.Run([.. Arguments(), option, value]);
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("error: ", Assert.Single(result.Errors.Split('\n')));
        Assert.False(Directory.Exists(Output));
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void Run_StoppedBySignal_WritesACheckpointAndSaysHowToGoOn(string signal, int exitCode)
    {
        SampleProcess.SkipUnlessItTakes(signal);
        using (FineTuneProcess process = FineTuneProcess.Start(Arguments()))
        {
            process.WaitUntil(() => File.Exists(Metrics) && File.ReadLines(Metrics).Any());
            process.Signal(signal);
            FineTuneResult stopped = process.Wait();
            Assert.Equal(exitCode, stopped.ExitCode);
            TrainingCheckpoint checkpoint = new CheckpointStore(Output).FindLatest()!;
            Assert.Contains($"--resume {checkpoint.Directory}", stopped.Output);
            Assert.False(File.Exists(Path.Combine(Output, "model.safetensors")));
        }

        FineTuneResult resumed = FineTuneProcess.Run([.. Arguments(), "--resume"]);
        Assert.True(resumed.ExitCode == 0, resumed.Errors);
        Assert.Equal(Enumerable.Range(1, 42), Steps());
    }

    [Fact]
    public void Run_KilledAndResumed_EndsWithTheSameBytes()
    {
        FineTuneResult whole = FineTuneProcess.Run(Arguments());
        Assert.True(whole.ExitCode == 0, whole.Errors);
        byte[] weights = TinyRun.Weights(Output);
        IReadOnlyList<string> metrics = UninterruptedRun.TimelessMetrics(Metrics);
        Directory.Delete(Output, recursive: true);
        using (FineTuneProcess process = FineTuneProcess.Start(Arguments()))
        {
            process.WaitUntil(() => File.Exists(Metrics) && File.ReadLines(Metrics).Count() >= 20);
            process.Signal("KILL");
            Assert.Equal(137, process.Wait().ExitCode);
        }

        FineTuneResult resumed = FineTuneProcess.Run([.. Arguments(), "--resume"]);
        Assert.True(resumed.ExitCode == 0, resumed.Errors);
        Assert.Equal(weights, TinyRun.Weights(Output));
        Assert.Equal(metrics, UninterruptedRun.TimelessMetrics(Metrics));
    }

    [Fact]
    public void Run_DiskFullAtACheckpoint_LeavesTheFormerOne()
    {
        string[] run = [.. Arguments(), "--metrics", folder["metrics.jsonl"]];
        FineTuneResult first = FineTuneProcess.Run([.. run, "--max-steps", "3"]);
        Assert.True(first.ExitCode == 0, first.Errors);
        long bytes = Directory.GetFiles(Path.Combine(Output, "checkpoint-3")).Sum(file => new FileInfo(file).Length);
        Directory.Delete(Output, recursive: true);
        Directory.CreateDirectory(Output);
        using SmallDisk disk = new(Output, bytes * 3 / 2);
        FineTuneResult result = FineTuneProcess.Run(run);
        Assert.Equal(1, result.ExitCode);
        string error = Assert.Single(result.Errors.Split('\n'));
        Assert.StartsWith("error: ", error);
        Assert.Contains("checkpoint-6", error);
        Assert.Equal([Path.Combine(Output, "checkpoint-3")], Directory.GetFileSystemEntries(Output));
        Assert.Equal(3, TrainingCheckpoint.Open(Path.Combine(Output, "checkpoint-3")).State.Step);
    }

    private static void SaveModelWithoutMarkers(string directory)
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(
            TinyRun.Config with
            {
                VocabularySize = 259,
            },
            CPU,
            ScalarType.Float32,
            3
        );
        ModelFolder.Save(directory, model);
        string[] special = ["<s>", "</s>", "<pad>"];
        JsonObject vocabulary = [];
        TinyRun.Tokenizer.Save(directory);
        string path = Path.Combine(directory, "tokenizer.json");
        JsonObject tokenizer = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        foreach ((string token, JsonNode? id) in tokenizer["model"]!["vocab"]!.AsObject().Where(entry => (int)entry.Value! < 256))
        {
            vocabulary[token] = (int)id!;
        }

        tokenizer["model"]!["vocab"] = vocabulary;
        tokenizer["added_tokens"] = new JsonArray([
            .. special.Select(
                (token, i) =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["id"] = 256 + i,
                            ["content"] = token,
                            ["single_word"] = false,
                            ["lstrip"] = false,
                            ["rstrip"] = false,
                            ["normalized"] = false,
                            ["special"] = true,
                        }
            ),
        ]);
        tokenizer.Remove("post_processor");
        File.WriteAllText(path, tokenizer.ToJsonString());
        JsonObject names = new()
        {
            ["bos_token"] = special[0],
            ["eos_token"] = special[1],
            ["pad_token"] = special[2],
        };
        File.WriteAllText(Path.Combine(directory, "tokenizer_config.json"), names.ToJsonString());
        File.WriteAllText(Path.Combine(directory, "special_tokens_map.json"), names.ToJsonString());
    }

    /// <summary>42 steps with a checkpoint every third.</summary>
    private string[] Arguments(params string[] source) =>
        [
            .. source.Length > 0 ? source : ["--init", Config],
            "--train",
            Train,
            "--output",
            Output,
            "--per-device-train-batch-size",
            "2",
            "--gradient-accumulation-steps",
            "2",
            "--num-train-epochs",
            "6",
            "--learning-rate",
            "3e-3",
            "--save-steps",
            "3",
            "--threads",
            "2",
            "--device",
            "cpu",
            "--mask",
            "block",
            "random-token",
        ];

    private string SaveModel(Action<CausalLanguageModel>? change = null)
    {
        string directory = folder["model"];
        using CausalLanguageModel model = TinyRun.Model();
        change?.Invoke(model);
        ModelFolder.Save(directory, model);
        TinyRun.Tokenizer.Save(directory);
        return directory;
    }

    private IEnumerable<int> Steps() => File.ReadLines(Metrics).Select(line => (int)JsonNode.Parse(line)!["step"]!);

    private void AssertFails(FineTuneResult result, params string[] parts)
    {
        Assert.Equal(1, result.ExitCode);
        string error = Assert.Single(result.Errors.Split('\n'));
        Assert.StartsWith("error: ", error);
        Assert.All(parts, part => Assert.Contains(part, error));
        Assert.Empty(Directory.Exists(Output) ? Directory.GetFileSystemEntries(Output).Where(entry => entry != Metrics) : []);
        Assert.True(!File.Exists(Metrics) || new FileInfo(Metrics).Length == 0);
    }

    /// <summary>A file system of a few pages, mounted for the test.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private readonly string path;

        public SmallDisk(string path, long bytes)
        {
            this.path = path;
            Assert.SkipUnless(
                OperatingSystem.IsLinux() && Execute("mount", "-t", "tmpfs", "-o", $"size={bytes / 1024}k", "tmpfs", path) == 0,
                "Mounting a small tmpfs takes root."
            );
        }

        public void Dispose() => Execute("umount", path);

        private static int Execute(string command, params string[] arguments)
        {
            using Process process = Process.Start(
                new ProcessStartInfo(command, arguments) { RedirectStandardError = true, UseShellExecute = false }
            )!;
            process.WaitForExit();
            return process.ExitCode;
        }
    }
}
