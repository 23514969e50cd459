namespace ReflectionCoder.Evaluation;

/// <summary>File formats of benchmark problems.</summary>
public enum EvaluationFormat
{
    /// <summary>The format is detected from the fields of the first problem.</summary>
    Auto,

    /// <summary>HumanEval, and HumanEval+'s OriginFmt file: <c>task_id, prompt, entry_point, canonical_solution, test</c>.</summary>
    HumanEval,

    /// <summary>MBPP, and MBPP+'s OriginFmt file, which also has <c>test</c>: <c>task_id, text or prompt, code, test_list</c>.</summary>
    Mbpp,

    /// <summary>This library's task files: <c>task_id, instruction, entry_point, solution, asserts, split</c>.</summary>
    Tasks,
}
