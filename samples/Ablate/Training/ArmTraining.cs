using System.Text.Json;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Files;
using ReflectionCoder.FineTuning;
using ReflectionCoder.OnPolicy;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Samples.Ablate.Arms;
using ReflectionCoder.Samples.Ablate.Results;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Torch;

namespace ReflectionCoder.Samples.Ablate.Training;

/// <summary>Trains an arm, or takes the model that an earlier session trained.</summary>
internal sealed class ArmTraining(StudySettings settings, StudyPlan plan, StudyData data, ICodeSandbox sandbox, TorchThread thread)
{
    /// <summary>Written last: a folder that has it holds a trained model.</summary>
    private const string CostFile = "trained.json";

    /// <summary>The folder of a run; no run that learns otherwise has the same.</summary>
    /// <param name="output">The study's folder.</param>
    /// <param name="arm">The arm's name.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="described">The settings of its row.</param>
    public static string FolderOf(string output, string arm, long seed, IReadOnlyDictionary<string, string> described) =>
        Path.Combine(output, "runs", $"{arm}-{seed}-{StudyPlan.TrainingFingerprint(described)}");

    /// <summary>Trains from the base, or from the newest checkpoint of the folder.</summary>
    /// <returns>What it took, all sessions together.</returns>
    public async Task<TrainingCost> TrainAsync(PreparedArm prepared, long seed, string folder, CancellationToken stop)
    {
        Arm arm = prepared.Arm;
        string costPath = Path.Combine(folder, CostFile);
        if (File.Exists(costPath))
        {
            return ReadCost(costPath);
        }

        // Without a checkpoint there is nothing to go on from; a model whose save was cut off would only be in the way.
        if (Directory.Exists(folder) && TrainingCheckpoint.FindLatest(folder) is null)
        {
            Directory.Delete(folder, recursive: true);
        }

        FineTuningOptions options = plan.Options(prepared, seed, folder);
        using PretrainedModel pretrained = PretrainedModel.Load(
            new PretrainedModelOptions
            {
                Directory = prepared.Start ?? settings.BaseOf(arm),
                Device = settings.Device,
                Seed = seed,
            },
            cancellationToken: stop
        );
        Progress lines = new($"{arm.Name}, seed {seed}");
        IRolloutVerifier verifier = OnPolicyDistiller.CreateVerifier(sandbox);
        FineTuningResult result = arm.OnPolicy
            ? await new OnPolicyDistiller(
                pretrained.Model,
                pretrained.Tokenizer,
                arm.ShowsSolution ? new SolutionVerifier(verifier) : verifier,
                plan.OnPolicy(arm, options),
                thread
            ).TrainAsync(data.TrainingTasks, lines, stop)
            : await new ReflectionFineTuner(pretrained.Model, pretrained.Tokenizer, options, thread).TrainAsync(
                data.TrainingOf(prepared, pretrained.Tokenizer),
                lines,
                stop
            );
        TrainingCost cost = CostOf(arm, result, pretrained.Model.ParameterCount, options.MetricsPath!);
        await StudyFiles.ReplaceAsync(costPath, JsonSerializer.SerializeToUtf8Bytes(cost), CancellationToken.None);
        foreach (string checkpoint in Directory.GetDirectories(folder, "checkpoint-*"))
        {
            Directory.Delete(checkpoint, recursive: true); // three times the model's size, and not needed any more
        }

        return cost;
    }

    private static TrainingCost ReadCost(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<TrainingCost>(File.ReadAllBytes(path)) ?? throw new JsonException("It is null.");
        }
        catch (JsonException exception)
        {
            throw new DataFormatException(
                path,
                $"doesn't say what the training took; delete its folder to train anew. {exception.Message}",
                exception
            );
        }
    }

    private static TrainingCost CostOf(Arm arm, FineTuningResult result, long parameters, string metricsPath)
    {
        (long samples, long students, long answers) = (0, 0, 0);
        foreach (string line in File.ReadLines(metricsPath))
        {
            using var step = JsonDocument.Parse(line);
            JsonElement root = step.RootElement;
            if (root.GetProperty("step").GetInt64() == 0)
            {
                continue;
            }

            long tokens = root.GetProperty("tokens").GetInt64();
            samples += tokens;

            // Steps are of one type of sample, so that either all of a step's samples have a student's row beside the teacher's, or none.
            students += root.GetProperty("kl").ValueKind == JsonValueKind.Null ? 0 : tokens - root.GetProperty("hidden_tokens").GetInt64();
            answers += root.TryGetProperty("answer_tokens", out JsonElement written) ? (long)written.GetDouble() : 0;
        }

        // Forward takes 2 operations a parameter and token, backward 4.
        double operations = arm.OnPolicy
            ? parameters * ((2.0 * (samples + answers)) + (6.0 * students))
            : 6.0 * parameters * (samples + students);
        return new TrainingCost(
            result.Steps,
            parameters,
            samples,
            samples + students,
            answers,
            operations,
            Math.Round(result.Elapsed.TotalSeconds, 3)
        );
    }

    /// <summary>A line each tenth of a run.</summary>
    private sealed class Progress(string name) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == value.MaxSteps || value.Step % Math.Max(1, value.MaxSteps / 10) == 0)
            {
                Console.WriteLine(
                    $"  {name}: step {value.Step}/{value.MaxSteps} | loss {value.Loss:F4} | "
                        + $"{value.Elapsed.TotalSeconds:F0} s, {value.Remaining.TotalSeconds:F0} s to go"
                );
            }
        }
    }
}
