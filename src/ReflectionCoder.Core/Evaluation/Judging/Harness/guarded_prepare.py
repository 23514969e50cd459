"""Prepares controls; the last part of the program that guarded.py begins.

Standard input holds the same sections as for a run, but in place of a change: whether there is a reference solution, what of the
tests a candidate may know, and the number of changes to prepare.
"""
import random as randomness


def prepare(code, setup, tests, entry_points, shown, count):
    """Proposes changes, and keeps those at which the reference solution fails, twice and in the same place."""
    random = randomness.SystemRandom()
    try:
        kept = helpers_to_keep(setup, parse(tests), entry_points)
        changes, counts = propose(tests, entry_points, shown, count, random, not code)
    except (SyntaxError, RecursionError, ValueError) as error:
        return {"controls": [], "reason": type(error).__name__ + ": " + str(error)}

    def run(change):
        tree = parse(tests)
        compiled = marshal.dumps(compile_tests(tree if change is None else edit(tree, change), kept))
        return Child().run(code, setup, compiled, entry_points, kept)

    if code and not run(None).get("passed"):
        code = ""  # it proves nothing
        changes = propose(tests, entry_points, shown, count, random, certain_only=True)[0]
    valid = validate(changes, code, run, counts)
    if not valid:
        changes = propose(tests, entry_points, shown, count, random, not code, literals=False)[0]
        valid = validate(changes, code, run, counts)
    if not valid:
        changes = propose(tests, entry_points, shown, count, random, not code, results=False)[0]
        valid = validate(changes, code, run, counts)
    return {"controls": valid, "reason": "" if valid else "no expectation of the tests can be changed"}


def validate(changes, code, run, counts):
    """The changes at which the reference solution fails; without one, all of them."""
    for change in changes:
        change.update(path=None, count=None, type=None)
    return [change for change in changes if not code or calibrate(change, run, counts)]


def calibrate(change, run, counts):
    """Whether the reference solution fails at a change; notes where, and how."""
    for text in change["text"] if change["kind"] == "perturb" else [change.get("text")]:
        change["text"] = text
        reports = [run(change), run(change)]
        if not all(report.get("lines") for report in reports):
            continue
        if change["kind"] == "negate" or change["raises"]:
            change["type"] = None if reports[0]["assertion"] else reports[0]["type"]  # of `if wrong: raise`
        elif change["kind"] == "perturb" and reports[0]["assertion"]:
            change["lines"] = reports[0]["lines"][-1:] * 2
        change["path"] = path(reports[0], change)
        if change["path"] and all(failed_there(report, change) for report in reports):
            if counts and reports[0]["count"] == reports[1]["count"]:
                change["count"] = reports[0]["count"]
            return True
    return False


def main():
    hide_memory()
    sys.setrecursionlimit(DEEP)
    code, setup, tests, entry_points, known, shown, count, secret = [read_section() for _ in range(8)]
    print(secret + json.dumps(prepare(code if known else "", setup, tests, entry_points.split(), shown, int(count))), flush=True)
    os._exit(0)


main()
