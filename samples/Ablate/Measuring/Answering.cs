using ReflectionCoder.Evaluation;
using ReflectionCoder.Generation;

namespace ReflectionCoder.Samples.Ablate.Measuring;

/// <summary>A model's answer to a problem.</summary>
/// <param name="Program">The program that it holds.</param>
/// <param name="Failed">Whether the model couldn't answer.</param>
internal readonly record struct ProblemAnswer(string Program, bool Failed);

/// <summary>Lets a model answer problems.</summary>
internal static class Answering
{
    /// <summary>Answers that are written side by side.</summary>
    public const int BatchSize = 32;

    /// <summary>Answers problems.</summary>
    /// <param name="generator">The model.</param>
    /// <param name="problems">Problems, each with the number by which its random choices are drawn.</param>
    /// <param name="stop">Stops the work.</param>
    /// <returns>The answers in the order of the problems.</returns>
    public static async Task<ProblemAnswer[]> AnswerAsync(
        TextGenerator generator,
        IReadOnlyList<(EvaluationProblem Problem, long Index)> problems,
        CancellationToken stop
    )
    {
        CodeRequest[] requests =
        [
            .. problems.Select(one => new CodeRequest(one.Problem.Instruction, one.Problem.AnswerPrefix) { Index = one.Index }),
        ];
        var answers = new ProblemAnswer[requests.Length];
        await foreach (CodeAnswer answer in generator.GenerateBatchAsync(requests, stop))
        {
            EvaluationProblem problem = problems[answer.Request].Problem;
            answers[answer.Request] = new ProblemAnswer(problem.Extractor.Extract(answer.Text, problem), answer.Error is not null);
        }

        return answers;
    }
}
