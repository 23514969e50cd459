using System.Text.Json;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction.Mutations;

/// <summary>
/// Watches a failing call of a Python program: a program that runs it under a trace function, and the reader of what that prints.
/// </summary>
internal static class PythonTrace
{
    private const string Mark = "trace: ";

    // Both expressions are computed on copies of the variables, so that the program goes on as it would have.
    private const string Code = """
        import contextlib, copy, io, json, sys

        request = json.loads(REQUEST)
        space = {"__name__": "__main__"}
        answer = {"actual": None, "difference": None}
        probe = request["probe"] and [compile(text, "probe", "eval") for text in request["probe"]]
        inner = {"<listcomp>", "<genexpr>", "<dictcomp>", "<setcomp>", "<lambda>"}
        seen = set()
        events = 0

        def show(text, most):
            return text if len(text) <= most and " at 0x" not in text and "\n" not in text else None

        def values(frame):
            found = {}
            for name in request["names"]:
                if name in frame.f_locals:
                    found[name] = copy.deepcopy(frame.f_locals[name])
                    if hasattr(found[name], "__next__"):
                        raise ValueError(name)
            return found

        def compare(frame):
            shown = {name: show(repr(value), 40) for name, value in values(frame).items()}
            right = repr(eval(probe[1], {**frame.f_globals, **values(frame)}))
            raised = wrong = None
            try:
                wrong = repr(eval(probe[0], {**frame.f_globals, **values(frame)}))
            except Exception as error:
                raised = type(error).__name__
            if wrong == right:
                return
            if show(right, 60) is None or (raised is None and show(wrong, 60) is None):
                raise ValueError("too long to be shown")
            names = [[name, value] for name, value in shown.items() if value is not None]
            answer["difference"] = {"variables": names, "wrong": wrong, "right": right, "raised": raised}

        def watch(frame, event, argument):
            global events, probe
            events += 1
            if events > 20000 or answer["difference"] or not probe:
                sys.settrace(None)
                return None
            if event == "line" and frame.f_lineno == request["line"] and frame.f_code.co_name not in inner:
                if request["once"] and id(frame) in seen:
                    return watch
                seen.add(id(frame))
                try:
                    compare(frame)
                except Exception:
                    probe = None # a later difference would not be the first one
            return watch

        def enter(frame, event, argument):
            return watch if frame.f_code.co_filename == "attempt" else None

        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(request["program"], "attempt", "exec"), space)
            for statement in request["before"]:
                exec(compile(statement, "before", "exec"), space)
            call = compile(request["call"], "call", "eval")
            sys.settrace(enter)
            try:
                value = eval(call, space)
                sys.settrace(None)
                if request["expected"] is None or value != eval(request["expected"], space):
                    answer["actual"] = show(repr(value), 60)
            except Exception:
                sys.settrace(None)
        """;

    /// <summary>The program that runs the call and prints what it saw.</summary>
    public static string Write(TraceRequest request)
    {
        bool loops =
            request.Line > 0 && request.Program.Split('\n')[request.Line - 1].TrimStart().StartsWith("for ", StringComparison.Ordinal);
        string json = JsonSerializer.Serialize(
            new Dictionary<string, object?>
            {
                ["program"] = request.Program,
                ["before"] = request.Before,
                ["call"] = request.Call,
                ["expected"] = request.Expected,
                ["line"] = request.Line,
                // The list of a for loop is computed once, though its line is reached in every round.
                ["once"] = loops,
                ["probe"] = request.Probe is { } probe ? new[] { probe.Wrong, probe.Right } : null,
                ["names"] = request.Probe is { } named ? Names(named) : [],
            }
        );

        // A JSON string is a Python string too.
        string code = Code.Replace("REQUEST", JsonSerializer.Serialize(json), StringComparison.Ordinal);
        return $"{code}\nprint({JsonSerializer.Serialize(Mark)} + json.dumps(answer))";
    }

    /// <summary>Reads what the program printed; null if it failed.</summary>
    public static MutationTrace? Read(string standardOutput)
    {
        int start = standardOutput.LastIndexOf(Mark, StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        using JsonDocument document = JsonDocument.Parse(standardOutput.AsMemory(start + Mark.Length));
        JsonElement difference = document.RootElement.GetProperty("difference");
        return new MutationTrace(
            document.RootElement.GetProperty("actual").GetString(),
            difference.ValueKind == JsonValueKind.Null
                ? null
                : new TracedDifference(
                    [
                        .. difference
                            .GetProperty("variables")
                            .EnumerateArray()
                            .Select(pair => KeyValuePair.Create(pair[0].GetString()!, pair[1].GetString()!)),
                    ],
                    difference.GetProperty("wrong").GetString(),
                    difference.GetProperty("right").GetString()!,
                    difference.GetProperty("raised").GetString()
                )
        );
    }

    private static List<string> Names(MutationProbe probe) =>
        [
            .. PythonSource
                .Parse($"{probe.Wrong}\n{probe.Right}")
                .Code.Where(token => token.Kind == PythonTokenKind.Name)
                .Select(token => token.Text)
                .Distinct(),
        ];
}
