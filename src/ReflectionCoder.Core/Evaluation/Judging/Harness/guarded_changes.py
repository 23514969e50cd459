"""Applies a change to the syntax tree of tests, and compiles tests so that a change doesn't show. Trusted: it runs nothing."""
import ast

FILE = "tests.py"
STEP = "__step__"  # counts assertions, so that a failure in a loop can be told from one in another turn
KEPT = "__setup_"  # what the tests call instead of a helper function of the setup that a solution may have redefined
OPPOSITES = {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt}
OPPOSITES |= {ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is}


def parse(source):
    return ast.parse(source, FILE)


def compile_tests(tree, renamed=()):
    """The tests as they run: every assertion is counted, and helpers are called by names that solutions don't know."""
    tree = ast.fix_missing_locations(_Instrument(set(renamed)).visit(tree))
    _flatten(tree, 1)
    return compile(tree, FILE, "exec", dont_inherit=True)


def _flatten(node, line):
    """Gives all parts of a statement the same position: a changed literal seldom has the length of the true one."""
    if isinstance(node, (ast.stmt, ast.ExceptHandler)):
        line = node.lineno
    if hasattr(node, "lineno"):
        node.lineno = node.end_lineno = line
        node.col_offset = node.end_col_offset = 0
    for part in ast.iter_child_nodes(node):
        _flatten(part, line)


def helpers_to_keep(setup, tree, entry_points):
    """The functions of the setup that the tests call. A solution may have its own of that name, which decides nothing."""
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    bound |= {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef))}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    bound |= {(name.asname or name.name).split(".")[0] for node in ast.walk(tree)
              if isinstance(node, (ast.Import, ast.ImportFrom)) for name in node.names}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    defined = [node.name for node in ast.parse(setup).body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return sorted(set(defined) & used - bound - set(entry_points))


class _Instrument(ast.NodeTransformer):
    def __init__(self, renamed):
        self.renamed = renamed

    def visit_Name(self, node):
        if node.id in self.renamed:
            node.id = KEPT + node.id
        return node

    def visit_Assert(self, node):
        self.generic_visit(node)
        step = ast.Expr(ast.Call(ast.Name(STEP, ast.Load()), [], []))
        for part in ast.walk(step):
            ast.copy_location(part, node)
        return [step, node]


def edit(tree, change):
    """Applies a change of `propose` to a tree of the same source."""
    nodes = list(ast.walk(tree))
    target = nodes[change["node"]]
    if change["kind"] == "forbid":  # try: f(-1); assert False / except ValueError: pass
        target.body = [node for node in target.body if not _is_false(node)] or [ast.copy_location(ast.Pass(), target)]
        for handler in target.handlers:
            last = handler.body[-1]
            failing = ast.copy_location(ast.Assert(ast.copy_location(ast.Constant(False), last), None), last)
            handler.body = handler.body[:-1] + [failing] if isinstance(last, ast.Pass) else handler.body + [failing]
        return tree
    if change["kind"] == "negate":
        target.test = _opposite(target.test)
        return tree
    value = ast.parse(change["text"], mode="eval").body
    for part in ast.walk(value):
        ast.copy_location(part, target)
    targets = [target]
    if change["kind"] == "every":
        same = ast.dump(target)
        first, last = change["span"]
        targets = [node for node in nodes if first <= getattr(node, "lineno", 0) <= last and ast.dump(node) == same]
    for place in targets:
        _put(nodes, place, value)
    for node in ast.walk(value):
        if isinstance(node, ast.Name) and node.id == "_" and change["kind"] == "perturb":
            _put(list(ast.walk(value)), node, target)
    return tree


def _put(nodes, target, value):
    """Puts a node in another's place."""
    for node in list(nodes):
        for name, field in ast.iter_fields(node):
            if field is target:
                setattr(node, name, value)
            elif isinstance(field, list):
                field[:] = [value if item is target else item for item in field]


def _opposite(test):
    """As a person would write it, or the form alone would show that it was changed."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in OPPOSITES:
        return ast.copy_location(ast.Compare(test.left, [OPPOSITES[type(test.ops[0])]()], test.comparators), test)
    return ast.copy_location(ast.UnaryOp(ast.Not(), test), test)


def _is_false(node):
    """Whether a statement fails wherever it is reached."""
    if isinstance(node, ast.Assert):
        return isinstance(node.test, ast.Constant) and not node.test.value
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return _name(node.value.func) == "fail"
    return isinstance(node, ast.Raise)


def _name(function):
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
