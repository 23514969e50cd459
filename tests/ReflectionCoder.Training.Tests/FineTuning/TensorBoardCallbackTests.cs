using System.Buffers.Binary;
using System.Text;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Modeling;

namespace ReflectionCoder.Tests.FineTuning;

public sealed class TensorBoardCallbackTests
{
    [Fact]
    public void Train_WithEvaluation_WritesEveryStepsNumbers()
    {
        using RunFolder folder = new();
        using CausalLanguageModel model = TinyRun.Model();
        StepLog log = new();
        EvaluationCallback evaluation = new(TinyRun.Data(2, 0), TinyRun.Tokenizer, new EvaluationCallbackOptions { EverySteps = 2 });
        FineTuningOptions options = TinyRun.Options(folder.Path) with
        {
            MaxSteps = 4,
            Callbacks = [evaluation, new TensorBoardCallback(folder["events"])],
        };
        TinyRun.Train(model, options, progress: log);

        string file = Assert.Single(Directory.GetFiles(folder["events"], "events.out.tfevents.*"));
        List<(string Tag, float Value)> scalars = [.. Scalars(File.ReadAllBytes(file))];
        Assert.Equal(log.Steps.Select(step => (float)step.Loss), Values("train/loss"));
        Assert.Equal(
            log.Steps.Where(step => step.MaskRate is not null).Select(step => (float)step.MaskRate!.Value),
            Values("train/mask_rate")
        );
        Assert.Equal(log.Steps.Select(step => (float)step.LearningRate), Values("train/learning_rate"));
        Assert.Equal(
            log.Steps.Where(step => step.Metrics.Count > 0).Select(step => (float)step.Metrics["eval_nll"]),
            Values("eval/nll").Skip(1)
        );
        Assert.Equal(3, Values("eval/kl").Count()); // before the first step, after 2 and after 4

        IEnumerable<float> Values(string tag) => scalars.Where(scalar => scalar.Tag == tag).Select(scalar => scalar.Value);
    }

    /// <summary>
    /// The scalars of an event file: records of length, checksum, message, checksum; a value is field 1 (tag) and field 2 (float) of a
    /// summary.
    /// </summary>
    private static IEnumerable<(string Tag, float Value)> Scalars(byte[] file)
    {
        for (int at = 0; at < file.Length; )
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            string text = Encoding.Latin1.GetString(file, at + 12, length);
            foreach (string start in new[] { "train/", "eval/" })
            {
                int tag = text.IndexOf(start, StringComparison.Ordinal);
                if (tag > 0)
                {
                    int end = tag + text[tag - 1];
                    Assert.Equal(0x15, text[end]); // field 2, four bytes
                    yield return (text[tag..end], BinaryPrimitives.ReadSingleLittleEndian(file.AsSpan(at + 12 + end + 1)));
                }
            }

            at += 12 + length + 4;
        }
    }
}
