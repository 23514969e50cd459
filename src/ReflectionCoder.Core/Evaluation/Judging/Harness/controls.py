"""Finds what can be changed in tests so that a program that solves the task must fail there: the controls of GuardedJudge.

Trusted: it works on the tests' syntax tree and never runs anything. A site is a place that can be changed: a literal that a
result is compared with, an assertion whose opposite can be asserted, a result in whose place another can be put, an exception
that can be forbidden. Where the text alone doesn't show that a change matters (it isn't `certain`), the reference solution has
to show it.
"""
CLOSE = {"isclose", "allclose", "approx", "array_equal", "assert_allclose", "assert_array_equal", "assert_almost_equal"}
# Values in place of a result `_`. Most look like what a test may do with a result.
OTHERS = ["round(_)", "int(_)", "abs(_)", "sorted(_)", "_[::-1]", "_.lower()", "_.upper()", "_.strip()", "_[1:]", "_[:-1]", "not _", "-_"]
OTHERS += ["_ + 1", "_ - 1", "_ * 2", "_ + 'a'", "_ + [0]"]
LITERAL = ("replace", "each", "every")  # kinds of change that put one literal in another's place
EVERY = "every"  # a literal that is changed wherever the assertion holds it
COMPARING = {"startswith", "endswith", "issubset", "issuperset", "isdisjoint"}  # methods of a result, which a solution may redefine
EXACT = {"assertEqual", "assertIs", "assertListEqual", "assertTupleEqual", "assertDictEqual", "assertSetEqual", "assertMultiLineEqual"}


def _names(node):
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _value(node):
    """The value of a literal, in a tuple; None for what is no literal."""
    try:
        return (ast.literal_eval(node),)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


class Sites:
    """Finds the sites of tests."""

    def __init__(self, source, entry_points, shown):
        self.tree = parse(source)
        self.numbers = {id(node): number for number, node in enumerate(ast.walk(self.tree))}
        self.functions = {node.name: node for node in ast.walk(self.tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
        self.checkers = {name for name, node in self.functions.items() if any(isinstance(part, ast.Assert) for part in ast.walk(node))}
        self.entry_points = set(entry_points)
        self.shown = "".join(shown.split()).replace('"', "'")
        self.tainted = self._taint()
        self.literals = self._literals()
        self.assertions = [node for node in ast.walk(self.tree) if self._is_assertion(node)]
        self.assertions.sort(key=lambda node: (node.lineno, node.col_offset))

    def _taint(self):
        """The names whose values depend on the solution, found by name alone, in whatever scope."""
        tainted = set(self.entry_points)
        while True:
            before = len(tainted)
            for node in ast.walk(self.tree):
                tainted |= self._spread(node, tainted)
            if len(tainted) == before:
                return tainted

    def _spread(self, node, tainted):
        def touched(part):
            return part is not None and not tainted.isdisjoint(_names(part))

        if isinstance(node, ast.Assign) and touched(node.value):
            return set().union(*map(_names, node.targets))
        if isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.NamedExpr)) and touched(node.value):
            return _names(node.target)
        if isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)) and touched(node.iter):
            return _names(node.target)
        if isinstance(node, ast.ClassDef) and (any(map(touched, node.bases)) or any(map(touched, node.body))):
            return {node.name}
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name not in self.checkers and any(map(touched, node.body)):
            return {node.name}
        if isinstance(node, (ast.With, ast.AsyncWith)):
            found = set()
            for item in node.items:
                if touched(item.context_expr) or any(map(touched, node.body)):
                    found |= _names(item.optional_vars) if item.optional_vars else set()
                    calls = [part for part in ast.walk(item.context_expr) if isinstance(part, ast.Call)]
                    found |= {argument.id for call in calls for argument in call.args if isinstance(argument, ast.Name)}
            return found
        if isinstance(node, ast.Call):
            return self._spread_call(node, touched)
        return set()

    def _spread_call(self, call, touched):
        if isinstance(call.func, ast.Name) and call.func.id in self.functions:
            parameters = self.functions[call.func.id].args.args
            found = {parameter.arg for parameter, argument in zip(parameters, call.args) if touched(argument)}
            if call.func.id in self.checkers:
                return found
        else:
            found = set()
        if touched(call.func):  # what a solution gets, it may change in place
            values = [argument.value if isinstance(argument, ast.Starred) else argument for argument in call.args]
            found |= {value.id for value in values if isinstance(value, ast.Name)}
        return found

    def _is_tainted(self, node):
        return not self.tainted.isdisjoint(_names(node))

    def _is_assertion(self, node):
        if isinstance(node, ast.Assert):
            return bool(_names(node.test))
        if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
            return False
        name = _name(node.value.func)
        if name in self.checkers:
            calls = [part for argument in node.value.args for part in ast.walk(argument) if isinstance(part, ast.Call)]
            return any(self._is_tainted(call.func) for call in calls)
        return name.startswith("assert") and bool(node.value.args)

    def _literals(self):
        """The literals that a name stands for: those assigned to it, and the elements that a loop takes."""
        found = {}

        def bind(target, values):
            if isinstance(target, ast.Name):
                found.setdefault(target.id, []).extend(values)
            elif isinstance(target, (ast.Tuple, ast.List)):
                for position, part in enumerate(target.elts):
                    rows = [value.elts for value in values if isinstance(value, (ast.Tuple, ast.List))]
                    bind(part, [row[position] for row in rows if len(row) == len(target.elts)])

        def elements(iterable):
            if isinstance(iterable, (ast.List, ast.Tuple, ast.Set)):
                return iterable.elts
            if isinstance(iterable, ast.Name):
                return [element for value in found.get(iterable.id, []) for element in elements(value)]
            return []

        def loop(target, iterable):
            name = _name(iterable.func) if isinstance(iterable, ast.Call) else ""
            parts = target.elts if isinstance(target, ast.Tuple) else []
            if name == "enumerate" and len(parts) == 2 and iterable.args:
                loop(parts[1], iterable.args[0])
            elif name == "zip" and len(parts) == len(iterable.args):
                for part, argument in zip(parts, iterable.args):
                    loop(part, argument)
            elif name == "items" and len(parts) == 2:
                values = [iterable.func.value]
                values = found.get(values[0].id, []) if isinstance(values[0], ast.Name) else values
                bind(parts[1], [value for item in values if isinstance(item, ast.Dict) for value in item.values])
            else:
                bind(target, elements(iterable))

        nodes = sorted((node for node in ast.walk(self.tree) if hasattr(node, "lineno")), key=lambda node: (node.lineno, node.col_offset))
        for node in nodes:
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                bind(node.targets[0], [node.value])
        for node in nodes:
            for part in [node] if isinstance(node, ast.For) else getattr(node, "generators", []):
                loop(part.target, part.iter)
        return found

    def find(self):
        """All sites, the best first: what is compared with a literal, then whole assertions."""
        sites = []
        questions = [node for node in ast.walk(self.tree) if isinstance(node, ast.If) and self._is_tainted(node.test)]
        asked = {id(part): node for node in questions for part in node.body}
        for position, node in enumerate(self.assertions):
            test = node.test if isinstance(node, ast.Assert) else node.value
            literals, rank = list(self._expectations(test, self._is_tainted)), 0
            if not literals:  # the result may get here by ways that names don't show
                rank = 2
                for literal, whole, _ in self._expectations(test, lambda part: _value(part) is None):
                    literals.append((literal, whole, False))
            shown = self._is_shown(position, test)
            for literal, whole, certain in literals:
                if _value(literal) is not None:
                    kind = EVERY if whole == EVERY or id(node) in asked else "each" if whole else "replace"
                    sites.append(self._site(literal, node, kind, certain and kind != EVERY, rank, shown))
                    if id(node) in asked:  # if f(1) != 2: assert isclose(f(1), 2)
                        sites[-1]["span"] = [asked[id(node)].lineno, asked[id(node)].end_lineno]
            if isinstance(node, ast.Assert):
                tainted = self._is_tainted(test)
                sites.append(self._site(node, node, "negate", tainted, 1 if tainted else 3, shown))
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Try) and any(map(_is_false, node.body)) and node.handlers:
                for handler in node.handlers:
                    sites.append(self._site(node, handler.body[-1], "forbid", False, 1, False))
            elif isinstance(node, ast.If) and isinstance(node.body[-1], ast.Raise) and self._is_tainted(node.test):
                sites.append(self._site(node, node.body[-1], "negate", False, 1, False))
                for literal, whole, _ in self._expectations(_opposite(node.test), self._is_tainted):
                    if _value(literal) is not None:
                        sites.append(self._site(literal, node.body[-1], "each" if whole is True else "replace", False, 0, False))
        return sites + list(self._results())

    def _results(self):
        """The solution's results. Where they are used outside an assertion, the reference solution shows which one fails."""
        waits = {id(node.value): node for node in ast.walk(self.tree) if isinstance(node, ast.Await)}
        inside = {id(part): node for node in self.assertions for part in ast.walk(node)}
        direct = self.entry_points | {parameter.arg for node in self.functions.values() for parameter in node.args.args} & self.tainted
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and _name(node.func) in direct:
                yield self._site(waits.get(id(node), node), inside.get(id(node), node), "perturb", False, 1, False)

    def _site(self, target, statement, kind, certain, rank, shown):
        return {
            "node": self.numbers[id(target)], "kind": kind, "lines": [statement.lineno, statement.end_lineno], "certain": certain,
            "rank": rank, "shown": shown, "literal": target, "span": [statement.lineno, statement.end_lineno],
            "raises": isinstance(statement, ast.Raise),
        }

    def _is_shown(self, position, test):
        """Whether a solution may know the expectation from the task's text. Of MBPP's assertions, that is the first."""
        for part in ast.walk(test):
            if isinstance(part, ast.Call) and self._is_tainted(part.func) and part.args:
                text = "".join(",".join(map(ast.unparse, part.args)).split())
                if len(text) < 2000 and "(" + text + ")" in self.shown:
                    return True
        return position == 0

    def _expectations(self, test, depends):
        """The literals, each with whether all its elements count, and whether a change is certain to matter."""
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
            for value in test.values:
                yield from self._expectations(value, depends)
        elif isinstance(test, ast.BoolOp):  # f(1) == 2 or isclose(f(1), 2): one of them alone may be left to hold
            for value in test.values:
                yield from ((literal, EVERY, False) for literal, _, _ in self._expectations(value, depends))
        elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and isinstance(test.operand, ast.Compare):
            sides = [test.operand.left, *test.operand.comparators]
            if len(sides) == 2 and isinstance(test.operand.ops[0], (ast.NotEq, ast.IsNot)) and any(map(depends, sides)):
                for side in sides:  # not f(1) != 2
                    if not depends(side):
                        yield from self._leaves(side, depends, False)
        elif isinstance(test, ast.Call):
            yield from self._expectations_of_call(test, depends)
        elif isinstance(test, ast.Compare):
            sides = [test.left, *test.comparators]
            if not any(map(depends, sides)):
                return
            if all(isinstance(operator, (ast.Eq, ast.Is)) for operator in test.ops):
                for side in sides:
                    if not depends(side):
                        yield from self._leaves(side, depends, True)
            elif len(test.ops) == 1 and isinstance(test.ops[0], ast.In) and not depends(sides[0]):
                yield from ((literal, False, False) for literal, _, _ in self._leaves(sides[0], depends, False))
            elif len(test.ops) == 1 and isinstance(test.ops[0], ast.In) and not depends(sides[1]):
                yield from ((literal, True, certain) for literal, _, certain in self._leaves(sides[1], depends, True))
            elif isinstance(test.ops[0], (ast.Lt, ast.LtE)) and isinstance(sides[0], ast.Call) and _name(sides[0].func) in ("abs", "fabs"):
                difference = sides[0].args[0] if sides[0].args else None
                if isinstance(difference, ast.BinOp) and isinstance(difference.op, ast.Sub):
                    for side in (difference.left, difference.right):
                        if not depends(side):
                            yield from self._leaves(side, depends, True)

    def _expectations_of_call(self, call, depends):
        name = _name(call.func)
        if name == "all" and call.args and isinstance(call.args[0], (ast.GeneratorExp, ast.ListComp)):
            yield from self._expectations(call.args[0].elt, depends)
        elif name in COMPARING and isinstance(call.func, ast.Attribute) and depends(call.func.value):
            for argument in call.args:
                yield from self._leaves(argument, depends, False)
        elif name == "assertTrue" and call.args:
            yield from self._expectations(call.args[0], depends)
        elif name in CLOSE or name in self.checkers or name.lower().startswith("assert"):
            compared, exact = call.args[:2], name in EXACT
            if any(map(depends, compared)) or depends(call.func):  # the latter for mocks that a solution has called
                for argument in compared:
                    if not depends(argument):
                        yield from self._leaves(argument, depends, exact)

    def _leaves(self, side, depends, certain):
        if _value(side) is not None:
            yield side, False, certain
        elif isinstance(side, ast.Name):
            yield from ((literal, False, False) for literal in self.literals.get(side.id, []) if _value(literal) is not None)
        elif isinstance(side, ast.Subscript) and isinstance(side.value, ast.Name):
            for literal in self.literals.get(side.value.id, []):
                yield from ((element, False, False) for element in getattr(literal, "elts", []) or getattr(literal, "values", []))
        elif isinstance(side, ast.Call) and side.args:
            yield from self._leaves(side.args[0], depends, False)  # of a set, say, the order doesn't count
        elif isinstance(side, ast.BinOp):
            yield from self._leaves(side.left, depends, False)
            yield from self._leaves(side.right, depends, False)
        elif isinstance(side, (ast.Tuple, ast.List, ast.Set)):
            for element in side.elts:
                if not depends(element):
                    yield from self._leaves(element, depends, False)

    def counts(self):
        """Whether every right solution passes the same number of assertions on the way to each of them."""
        for node in ast.walk(self.tree):
            holds = any(isinstance(part, ast.Assert) for part in ast.walk(node))
            if not holds:
                continue
            if isinstance(node, ast.While) or isinstance(node, (ast.For, ast.AsyncFor)) and self._is_tainted(node.iter):
                return False
            if isinstance(node, ast.If) and self._is_tainted(node.test):
                bodies = [[part for item in body for part in ast.walk(item)] for body in (node.body, node.orelse)]
                if len({sum(isinstance(part, ast.Assert) for part in parts) for parts in bodies}) > 1:
                    return False
        return True


def propose(source, entry_points, shown, count, random, certain_only=False, literals=True, results=True):
    """
    Draws changes, as many as asked for unless there are too few: of different assertions first, and of those that a solution may know
    only if there are hardly others. Where an assertion has literals, one of them; else its opposite, or another value of the solution's.
    Unless `results`, also of assertions that don't name a result, such as those on what a solution has printed.
    """
    sites = Sites(source, entry_points, shown)
    found = [site for site in sites.find() if site["certain"] or not certain_only]
    found = [site for site in found if site["rank"] < 2 or not results] or found
    places, opposites = {}, False
    for site in found:
        places.setdefault(site["lines"][0], []).append(site)
    for line, options in places.items():
        compared = [site for site in options if site["kind"] in LITERAL] if literals else []
        places[line] = compared or [site for site in options if site["kind"] not in LITERAL]
        opposites |= any(site["kind"] == "negate" for site in places[line])
        random.shuffle(places[line])
    # Results are changed where an opposite is all there is otherwise: that alone would not show that what compares was broken.
    order = [options for options in places.values() if options and (opposites or options[0]["kind"] != "perturb")]
    random.shuffle(order)
    hidden = [options for options in order if not all(site["shown"] for site in options)]
    order = hidden if sum(options[0]["kind"] != "perturb" for options in hidden) > 1 else order
    drawn = []
    for turn in range(count):
        for options in order:
            site = options[turn % len(options)]
            change = {name: site[name] for name in ("node", "kind", "lines", "span", "certain", "raises")}
            if site["kind"] in LITERAL:
                change["text"] = changed_text(_value(site["literal"])[0], site["kind"] == "each", random)
            elif site["kind"] == "perturb":
                change["text"] = random.sample(OTHERS, len(OTHERS))
            if len(drawn) < count and change not in drawn and change.get("text", "") is not None:
                drawn.append(change)
    return drawn, sites.counts()
