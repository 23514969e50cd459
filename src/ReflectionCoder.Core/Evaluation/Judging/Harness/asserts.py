"""Keeps the two sides of a failed assert's comparison, so that a report can show them."""
import _ast

AST_ONLY = 0x400
LARGEST_SOURCE = 200_000  # characters; to take a larger one apart takes longer than its tests
LONGEST = 1000  # characters of a value
LEFT, RIGHT = "_rc_left", "_rc_right"
kept = set()  # the lines of such asserts


def compile_tests(source, file_name):
    if "assert" not in source or len(source) > LARGEST_SOURCE:
        return compile(source, file_name, "exec")
    tree = compile(source, file_name, "exec", AST_ONLY)
    _visit(tree.body)
    return compile(tree, file_name, "exec")


def _visit(statements):
    for statement in statements:
        if type(statement) is _ast.Assert:
            test = statement.test
            if type(test) is _ast.Compare and len(test.ops) == 1:
                test.left = _named(test.left, LEFT)
                test.comparators[0] = _named(test.comparators[0], RIGHT)
                kept.update(range(statement.lineno, statement.end_lineno + 1))
            continue
        if type(statement) is _ast.ClassDef:
            # A name kept here would become an attribute of the class.
            _visit([part for part in statement.body if type(part) in (_ast.FunctionDef, _ast.AsyncFunctionDef, _ast.ClassDef)])
            continue
        for field in ("body", "orelse", "finalbody"):
            _visit(getattr(statement, field, None) or ())
        for field in ("handlers", "cases"):
            for part in getattr(statement, field, None) or ():
                _visit(part.body)


def _named(node, name):
    place = {part: getattr(node, part) for part in ("lineno", "col_offset", "end_lineno", "end_col_offset")}
    return _ast.NamedExpr(target=_ast.Name(id=name, ctx=_ast.Store(), **place), value=node, **place)


def difference(error, file_name):
    """What the failed assert expected and what it got, as texts, or None."""
    if not isinstance(error, AssertionError):
        return None
    last, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file_name:
            last = trace
        trace = trace.tb_next
    if last is None:
        return None
    names = last.tb_frame.f_locals
    # The other pair are the parameters of EvalPlus' function that compares.
    for left, right in ((LEFT, RIGHT), ("out", "exp")):
        if left in names and right in names and (left != LEFT or last.tb_lineno in kept):
            return shown(names[right]), shown(names[left])
    return None


def shown(value):
    try:
        text = repr(value)
    except Exception as error:
        text = "<" + type(error).__name__ + ">"
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= LONGEST else text[:LONGEST // 2] + " ... " + text[-LONGEST // 2:]
