namespace ReflectionCoder.Evaluation;

/// <summary>File formats of benchmark problems.</summary>
public enum EvaluationFormat
{
    /// <summary>Told by the fields of the first problem.</summary>
    Auto,

    /// <summary>HumanEval's: <c>task_id, prompt, entry_point, canonical_solution, test</c>; HumanEval+ in its OriginFmt file too.</summary>
    HumanEval,

    /// <summary>MBPP's: <c>task_id, text or prompt, code, test_list</c>; MBPP+ in its OriginFmt file (with <c>test</c>) too.</summary>
    Mbpp,

    /// <summary>This project's task files: <c>task_id, instruction, entry_point, solution, asserts, split</c>.</summary>
    Tasks,
}
