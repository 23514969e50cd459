using ReflectionCoder.Files;

namespace ReflectionCoder.Evaluation.Benchmarks;

/// <summary>A benchmark whose files hold one JSON object a problem.</summary>
internal abstract class RecordBenchmark : IBenchmark
{
    public abstract string Name { get; }

    /// <summary>Whether numbers in the files may be infinite, as Python writes them.</summary>
    protected virtual bool AllowsInfinity => false;

    public async Task<IReadOnlyList<EvaluationProblem>> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        var problems = new List<EvaluationProblem>();
        var known = new HashSet<string>();
        await foreach (JsonField record in JsonRecords.ReadAsync(path, cancellationToken, AllowsInfinity).ConfigureAwait(false))
        {
            EvaluationProblem problem = Parse(record);
            problems.Add(known.Add(problem.TaskId) ? problem : throw record.LineError($"task id '{problem.TaskId}' comes twice"));
        }

        return problems.Count > 0 ? problems : throw new DataFormatException(path, 0, "holds no problem");
    }

    /// <summary>Makes a problem of an object.</summary>
    /// <exception cref="DataFormatException">The object doesn't have the format.</exception>
    protected abstract EvaluationProblem Parse(JsonField record);
}
