"""Runs a candidate's code with the true tests, or with a control; the last part of the program that guarded.py begins."""


def main():
    child = Child()
    hide_memory()
    sys.setrecursionlimit(DEEP)
    code, setup, tests, entry_points, change, secret = [read_section() for _ in range(6)]
    entry_points = entry_points.split()
    true, change = not change.startswith("!"), json.loads(change.lstrip("!"))
    try:
        # The same work for the true tests as for a control, or the child could measure which one it gets.
        trees = [parse(tests), edit(parse(tests), change) if change else parse(tests)]
        kept = helpers_to_keep(setup, trees[0], entry_points)
        compiled = [marshal.dumps(compile_tests(tree, kept)) for tree in trees][0 if true else 1]
    except (SyntaxError, RecursionError, ValueError) as error:
        report = {"type": type(error).__name__, "text": "The tests can't be compiled: " + str(error) + "\n"}
    else:
        report = child.run(code, setup, compiled, entry_points, kept)
    if "status" in report and os.WIFSIGNALED(report["status"]):  # a limit, perhaps, which the sandbox tells from an error
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(report["status"]))
    word = "passed" if report.get("passed") else "changed" if not true and "type" in report and failed_there(report, change) else "failed"
    os.write(2, quote(report.get("text", ""), tests).encode(errors="replace"))
    write_all(1, (secret + word).encode())
    os._exit(1 if word == "failed" else 0)


main()
