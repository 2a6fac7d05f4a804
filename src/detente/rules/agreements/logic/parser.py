"""Reads terms and formulas from text, in the usual notation of the field (docs/formats/logic.md).

From the weakest binding to the strongest: SINCE UNTIL (to the right) · PREVIOUS NEXT ONCE HISTORICALLY EVENTUALLY ALWAYS ·
EXISTS FORALL · EQUIV · IMPLIES (to the right) · OR · AND · NOT. So `ONCE a() AND b()` is `ONCE (a() AND b())`: as elsewhere.
Nothing is ever half-read: what is not understood is refused with its line, column and reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from detente.errors import Problem, Refused, problem
from detente.rules.agreements.logic import formula as fm
from detente.rules.agreements.logic.formula import Formula, LogicTerm, Signature, Terms, Window
from detente.rules.agreements.logic.tokens import TextPlace, Token, refuse, tokens

Places = dict[int, tuple[Formula, TextPlace]]
"""Where each formula stands in the text, by `id`; the formula itself is kept so that its id stays its own."""

INFIX = {"SINCE": (1, 1), "UNTIL": (1, 1), "EQUIV": (4, 5), "IMPLIES": (5, 5), "OR": (6, 7), "AND": (7, 8)}
"""Binding strength of each connective: of itself, and of what may stand on its right."""
TEMPORAL_STRENGTH, QUANTIFIER_STRENGTH, NOT_STRENGTH = 2, 3, 8
TEMPORAL: dict[str, type[fm.Previous | fm.Next | fm.Once | fm.Historically | fm.Eventually | fm.Always]] = {
    "PREVIOUS": fm.Previous,
    "PREV": fm.Previous,
    "NEXT": fm.Next,
    "ONCE": fm.Once,
    "HISTORICALLY": fm.Historically,
    "PAST_ALWAYS": fm.Historically,
    "EVENTUALLY": fm.Eventually,
    "ALWAYS": fm.Always,
}
CONNECTIVES = {"AND": fm.And, "OR": fm.Or, "IMPLIES": fm.Implies, "EQUIV": fm.Equiv}
CONNECTED = (*CONNECTIVES.values(),)
COMPARISONS = {"=": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
UNIT_US = {"us": 1, "ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}
TYPES = frozenset({"any", "string", "int", "float", "number", "bool"})
MOST_DEEP = 100
MOST_CHAINED = 250
"""So deep a formula may be, each connective of a chain being one deeper than the one before: what works on formulas walks down them."""
MOST_PARTS = 20_000
"""Of all formulas of one text, definitions put in place."""
MOST_DIGITS = 1_000
MOST_US = 2**62


def parse_terms(source: str) -> tuple[Terms, Places]:
    """Read a file of terms: EVENT, DEFINE, FIND and REQUIRE statements, or EVENT statements and one bare formula.

    Raises `Refused` with one problem: the first thing that is not understood. Does not look whether rules can be watched
    (`guarded.check`).
    """
    reader = _Reader(tokens(source))
    with not_too_deep():
        terms = reader.terms()
    return terms, reader.places


def cautions(source: str) -> tuple[Problem, ...]:
    """Return what in a file of terms is read as the grammar says, and perhaps not as its author meant."""
    reader = _Reader(tokens(source))
    reader.terms()
    return tuple(reader.cautions)


def parse_formula(source: str, events: tuple[Signature, ...] | None = None) -> tuple[Formula, Places]:
    """Read one formula. Without `events` every event may stand, with its fields named."""
    reader = _Reader(tokens(source), events)
    with not_too_deep():
        found = reader.formula()
    reader.expect_end()
    return found, reader.places


@contextmanager
def not_too_deep() -> Iterator[None]:
    """Refuse what nests so deeply, in ways that no single bound sees, that walking down it has no room left."""
    try:
        yield
    except RecursionError:
        raise refuse("depth", None, "", "the formula nests too deeply", "Split it into several rules.") from None


class _Reader:
    def __init__(self, all_tokens: list[Token], events: tuple[Signature, ...] | None = None) -> None:
        self.tokens = all_tokens
        self.position = 0
        self.depth = 0
        self.bracketed_ids: set[int] = set()
        self.cautions: list[Problem] = []
        self.places: Places = {}
        self.heights: dict[int, int] = {}
        self.checked = events is not None
        self.events: dict[str, Signature] = {s.name: s for s in events or ()}
        self.definitions: dict[str, fm.Definition] = {}
        self.fresh_count = 0
        self.rule_names: set[str] = set()
        self.taken = {token.text for token in all_tokens if token.kind == "name"}

    # --- tokens

    @property
    def here(self) -> Token:
        return self.tokens[self.position]

    def ahead(self, count: int = 1) -> Token:
        return self.tokens[min(self.position + count, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.here
        self.position = min(self.position + 1, len(self.tokens) - 1)
        return token

    def at(self, *texts: str) -> bool:
        return self.here.kind in ("symbol", "keyword") and self.here.text in texts

    def expect(self, text: str, why: str) -> Token:
        if not self.at(text):
            raise self.wrong(f"{text!r} must stand here: {why}")
        return self.take()

    def expect_end(self) -> None:
        if self.here.kind != "end":
            if self.at(")", "]"):
                raise self.wrong("a bracket is closed that was not opened", "brackets")
            raise self.wrong("the formula ends before this; a connective is missing, or this is too much")

    def wrong(self, rule: str, code: str = "syntax", token: Token | None = None) -> Refused:
        token = token or self.here
        shown = token.text if token.kind != "end" else "end of the text"
        return refuse(code, token.place, shown, rule, "Mend the text there.")

    def name(self, what: str) -> Token:
        if self.here.kind != "name":
            raise self.wrong(f"{what} must stand here: a name of letters, digits and _")
        return self.take()

    def mark(self, f: Formula, token: Token) -> Formula:
        height = 1 + max((self.heights.get(id(part), 1) for part in fm.children(f)), default=0)
        if height > MOST_CHAINED:
            raise self.wrong(f"more than {MOST_CHAINED} connectives in a chain or in one another", "depth", token)
        if len(self.places) >= MOST_PARTS:
            raise self.wrong(f"more than {MOST_PARTS} parts, with definitions put in place", "size", token)
        self.heights[id(f)] = height
        self.places[id(f)] = (f, token.place)
        return f

    def fresh(self, name: str) -> str:
        while True:
            self.fresh_count += 1
            made = f"{name}_{self.fresh_count}"
            if made not in self.taken:
                return made

    # --- statements

    def terms(self) -> Terms:
        self.checked = True
        rules: list[fm.Rule] = []
        while self.at("EVENT", "DEFINE", "FIND", "REQUIRE"):
            match self.take().text:
                case "EVENT":
                    self.signature()
                case "DEFINE":
                    self.definition("=")
                case word:
                    rules.append(self.rule(word == "REQUIRE"))
        if not rules and self.here.kind != "end":
            rules.append(fm.Rule("rule", self.formula()))
        self.expect_end()
        if not rules:
            raise self.wrong("there is no rule: FIND name: formula, or REQUIRE name: formula", "empty")
        return Terms(tuple(self.events.values()), tuple(rules))

    def rule(self, required: bool) -> fm.Rule:
        token = self.name("the name of the rule")
        if token.text in self.rule_names:
            raise self.wrong("two rules have one name", "name", token)
        self.rule_names.add(token.text)
        self.expect(":", "it ends the name of the rule")
        return fm.Rule(token.text, self.formula(), required)

    def signature(self) -> None:
        token = self.name("the name of an event")
        if token.text in self.events or token.text in self.definitions:
            raise self.wrong("this name is taken already", "name", token)
        fields: list[tuple[str, str]] = []
        self.expect("(", "fields stand in brackets")
        while not self.at(")"):
            if fields:
                self.expect(",", "fields are parted by commas")
            field = self.name("the name of a field")
            if field.text in dict(fields) or field.text in (fm.TIME_FIELD, "event"):
                raise self.wrong("a field must have a name of its own; t and event are in every event", "field", field)
            kind = "any"
            if self.at(":"):
                self.take()
                kind_token = self.name("a type")
                kind = kind_token.text
                if kind not in TYPES:
                    raise self.wrong(f"a type is one of {', '.join(sorted(TYPES))}", "type", kind_token)
            fields.append((field.text, kind))
        self.take()
        self.events[token.text] = Signature(token.text, tuple(fields))

    def definition(self, sign: str) -> str:
        token = self.name("the name of a definition")
        if token.text in self.events or token.text in self.definitions:
            raise self.wrong("this name is taken already", "name", token)
        self.expect("(", "parameters stand in brackets")
        params: list[str] = []
        while not self.at(")"):
            if params:
                self.expect(",", "parameters are parted by commas")
            param = self.name("a parameter")
            if self.variable(param) in params:
                raise self.wrong("a parameter must have a name of its own", "name", param)
            params.append(self.variable(param))
        self.take()
        self.expect(sign, "the formula follows")
        start = self.here
        body = self.formula()
        loose = sorted(fm.free_vars(body) ^ set(params))
        if loose:
            word = "is not a parameter" if loose[0] not in params else "is a parameter that the formula does not use"
            raise self.wrong(f"variable {loose[0]} {word} of {token.text}", "definition", start)
        self.definitions[token.text] = fm.Definition(token.text, tuple(params), body)
        return token.text

    # --- formulas

    def formula(self, strength: int = 0) -> Formula:
        self.depth += 1
        if self.depth > MOST_DEEP:
            raise self.wrong(f"more than {MOST_DEEP} brackets or operators in one another", "depth")
        left = self.prefix()
        while self.here.kind == "keyword" and self.here.text in INFIX and INFIX[self.here.text][0] >= strength:
            token = self.take()
            right_strength = INFIX[token.text][1]
            if token.text in ("SINCE", "UNTIL"):
                window = self.window(token)
                right = self.formula(right_strength)
                left = fm.Since(window, left, right) if token.text == "SINCE" else fm.Until(window, left, right)
            else:
                left = CONNECTIVES[token.text](left, self.formula(right_strength))
            self.mark(left, token)
        self.depth -= 1
        return left

    def prefix(self) -> Formula:
        token = self.here
        if token.kind == "keyword":
            if token.text in TEMPORAL:
                self.take()
                window = self.window(token)
                reached = self.formula(TEMPORAL_STRENGTH)
                self.caution(token, reached)
                return self.mark(TEMPORAL[token.text](window, reached), token)
            if token.text == "NOT":
                self.take()
                return self.mark(fm.Not(self.formula(NOT_STRENGTH)), token)
            if token.text in ("EXISTS", "FORALL"):
                return self.quantifier()
            if token.text in ("TRUE", "FALSE") and self.ahead().text not in COMPARISONS:
                self.take()
                return self.mark(fm.Truth(token.text == "TRUE"), token)
            if token.text == "LET":
                return self.let()
            if token.text in INFIX:
                raise self.wrong(f"a formula is missing on the left of {token.text}")
        if self.at("(") and not self.term_in_brackets():
            return self.bracketed(token)
        if token.kind == "name":
            following = self.ahead()
            if following.text == "(" and following.kind == "symbol":
                return self.atom()
            if following.text == "<-":
                return self.aggregate()
        return self.comparison()

    def caution(self, token: Token, reached: Formula) -> None:
        """Keep a caution where a temporal operator reaches over a connective that no bracket gives it."""
        found = self.places.get(id(reached))
        if isinstance(reached, CONNECTED) and found is not None and id(reached) not in self.bracketed_ids:
            rule = f"reaches over the connective at {found[1]}, and all that stands on both its sides"
            step = f"Write {token.text} (...) round what it is to reach; --core shows how each rule was read."
            self.cautions.append(problem("reach", str(token.place), token.text, rule, step))

    def bracketed(self, token: Token) -> Formula:
        self.take()
        inner = self.formula()
        self.bracketed_ids.add(id(inner))
        if not self.at(")"):
            raise self.wrong(f"the bracket opened at {token.place} is not closed", "brackets")
        self.take()
        return inner

    def term_in_brackets(self) -> bool:
        """Tell whether this bracket holds a term: what follows its end is a comparison or a sign of arithmetic."""
        depth, position = 0, self.position
        while position < len(self.tokens):
            token = self.tokens[position]
            if token.kind == "symbol":
                depth += (token.text == "(") - (token.text == ")")
            elif token.kind == "keyword" and token.text not in ("MOD", "TRUE", "FALSE"):
                return False
            if depth == 0:
                after = self.tokens[min(position + 1, len(self.tokens) - 1)]
                return after.text in COMPARISONS or after.text in ("+", "-", "*", "/", "MOD")
            position += 1
        return False

    def quantifier(self) -> Formula:
        token = self.take()
        names: list[str] = []
        while True:
            found = self.name(f"a variable of {token.text}")
            if self.variable(found) in names:
                raise self.wrong("this variable is bound twice", "variable", found)
            names.append(self.variable(found))
            if not self.at(","):
                break
            self.take()
        self.expect(".", f"it ends the variables of {token.text}")
        body = self.formula(QUANTIFIER_STRENGTH)
        unused = [name for name in names if name not in fm.free_vars(body)]
        if unused:
            raise self.wrong(f"variable {unused[0]} is bound and not used", "variable", token)
        kind = fm.Exists if token.text == "EXISTS" else fm.Forall
        return self.mark(kind(tuple(names), body), token)

    def let(self) -> Formula:
        self.take()
        name = self.definition("=")
        self.expect("IN", "the formula that uses the definition follows")
        body = self.formula()
        del self.definitions[name]
        return body

    def aggregate(self) -> Formula:
        token = self.here
        result = self.variable(self.take())
        self.take()
        op = self.take()
        if op.text in ("AVG", "MED"):
            raise self.wrong("only CNT, SUM, MIN and MAX are understood", "aggregate", op)
        if op.text not in ("CNT", "SUM", "MIN", "MAX"):
            raise self.wrong("CNT, SUM, MIN or MAX must stand here", "aggregate", op)
        value = self.variable(self.name("the variable to aggregate"))
        groups: list[str] = []
        if self.at(";"):
            self.take()
            while not self.at("("):
                if groups:
                    self.expect(",", "groups are parted by commas")
                group = self.name("a variable to group by")
                if self.variable(group) in groups:
                    raise self.wrong("this variable is a group twice", "aggregate", group)
                groups.append(self.variable(group))
        if not self.at("("):
            raise self.wrong("the formula to aggregate over stands in brackets", "aggregate")
        body = self.bracketed(self.here)
        for name in (value, *groups):
            if name not in fm.free_vars(body):
                raise self.wrong(f"variable {name} is not free in the formula aggregated over", "aggregate", token)
        if result in fm.free_vars(body):
            raise self.wrong(f"variable {result} is the result and stands in the formula too", "aggregate", token)
        return self.mark(fm.Aggregate(result, op.text, value, tuple(groups), body), token)  # type: ignore[arg-type]

    # --- events, definitions in use

    def atom(self) -> Formula:
        token = self.take()
        self.take()
        if token.text == "ts":
            raise self.wrong("the moment is a field of every event: name(t=x)", "event", token)
        if token.text in ("tp", "tpts"):
            raise self.wrong("positions are not known here: a late event would move them all", "event", token)
        named: list[tuple[str, Token, LogicTerm]] = []
        plain: list[LogicTerm] = []
        while not self.at(")"):
            if named or plain:
                if not self.at(","):
                    raise self.wrong(f"the bracket of {token.text} is not closed, or a comma is missing", "brackets")
                self.take()
            if self.here.kind == "name" and self.ahead().text == "=" and self.ahead().kind == "symbol":
                field = self.take()
                self.take()
                named.append((field.text, field, self.argument()))
            else:
                plain.append(self.argument())
        self.take()
        if named and plain:
            raise self.wrong("fields are named for all arguments or for none", "fields", token)
        if token.text in self.definitions:
            if named:
                raise self.wrong("a definition takes its arguments in order, without names", "fields", token)
            return self.use(token, plain)
        return self.mark(self.event(token, named, plain), token)

    def argument(self) -> LogicTerm:
        start = self.here
        found = self.term()
        if isinstance(found, fm.Arith):
            raise self.wrong("an argument is a variable or a value; compare a sum outside", "fields", start)
        return found

    def use(self, token: Token, plain: list[LogicTerm]) -> Formula:
        made = self.definitions[token.text]
        if len(plain) != len(made.params):
            raise self.wrong(f"{token.text} takes {len(made.params)} arguments, not {len(plain)}", "fields", token)
        given = {p: self.own_name(term) for p, term in zip(made.params, plain, strict=True)}
        wild = tuple(term.name for p, term in given.items() if isinstance(term, fm.Var) and term.name.startswith("_"))
        body = fm.substitute(made.body, given, self.fresh)
        for part in reversed(list(fm.walk(body))):  # parts before what they are parts of
            self.mark(part, token)
        return self.mark(fm.Exists(wild, body), token) if wild else body

    def own_name(self, term: LogicTerm) -> LogicTerm:
        """Give a wildcard argument a name of its own."""
        return fm.Var("_" + self.fresh("w")) if isinstance(term, fm.Var) and term.name == "_" else term

    def event(self, token: Token, named: list[tuple[str, Token, LogicTerm]], plain: list[LogicTerm]) -> Formula:
        signature = self.events.get(token.text)
        if signature is None:
            if self.checked:
                known = ", ".join(sorted({*self.events, *self.definitions})) or "none"
                raise self.wrong(f"no such event or definition; known: {known}", "event", token)
            if plain:
                raise self.wrong("the fields of this event are not declared, so they must be named", "fields", token)
        elif plain or not named:
            if len(plain) not in (len(signature.fields), 0):
                raise self.wrong(
                    f"{token.text} has {len(signature.fields)} fields ({', '.join(signature.names())}), not {len(plain)}",
                    "fields",
                    token,
                )
            named = [(f, token, term) for f, term in zip(signature.names(), plain, strict=False)]
        seen: set[str] = set()
        for field, place, _ in named:
            if signature and field != fm.TIME_FIELD and field not in signature.names():
                raise self.wrong(
                    f"{token.text} has no such field; it has {', '.join(signature.names())}", "fields", place
                )
            if field in seen:
                raise self.wrong("this field is named twice", "fields", place)
            seen.add(field)
        args = [(f, term) for f, _, term in named if not (isinstance(term, fm.Var) and term.name == "_")]
        return fm.Event(token.text, tuple(args))

    # --- comparisons and terms

    def comparison(self) -> Formula:
        start = self.here
        left = self.term()
        if not (self.here.kind == "symbol" and self.here.text in COMPARISONS):
            raise self.wrong("a comparison must stand here (= != < <= > >=), or an event with its brackets")
        sign = self.take()
        right = self.term()
        for side in (left, right):
            if "_" in fm.term_vars(side):
                raise self.wrong("_ has no value to compare", "variable", start)
        made = fm.Compare(COMPARISONS[sign.text], left, right)  # type: ignore[arg-type]
        return self.mark(made, sign)

    def term(self, strength: int = 0) -> LogicTerm:
        self.depth += 1
        if self.depth > MOST_DEEP:
            raise self.wrong(f"more than {MOST_DEEP} brackets or operators in one another", "depth")
        left = self.simple_term()
        length = 0
        while self.at("+", "-", "*", "/", "MOD"):
            length += 1
            if length > MOST_CHAINED:
                raise self.wrong(f"more than {MOST_CHAINED} signs of arithmetic in a chain", "depth")
            own = 2 if self.here.text in ("*", "/", "MOD") else 1
            if own <= strength:
                break
            op = self.take().text
            left = fm.Arith(op, left, self.term(own))  # type: ignore[arg-type]
        self.depth -= 1
        return left

    def simple_term(self) -> LogicTerm:
        token = self.take()
        if token.kind == "string":
            return fm.Const(json.loads(token.text))
        if token.kind == "number":
            return fm.Const(self.number(token))
        if token.kind == "keyword" and token.text in ("TRUE", "FALSE"):
            return fm.Const(token.text == "TRUE")
        if token.kind == "name":
            if token.text in ("true", "false", "null"):
                return fm.Const(json.loads(token.text))
            if self.at("("):
                raise self.wrong("a formula stands where a value must", "syntax", token)
            return fm.Var(self.variable(token))
        if token.kind == "symbol" and token.text == "-":
            inner = self.term(3)
            if isinstance(inner, fm.Const) and type(inner.value) in (int, float):
                return fm.Const(-inner.value)  # type: ignore[operator]
            return fm.Arith("-", fm.Const(0), inner)
        if token.kind == "symbol" and token.text == "(":
            inner = self.term()
            if not self.at(")"):
                raise self.wrong(f"the bracket opened at {token.place} is not closed", "brackets")
            self.take()
            return inner
        if token.kind == "end":
            raise self.wrong("the text ends where a formula must stand", "syntax", token)
        raise self.wrong("a formula must stand here, or a variable or value", "syntax", token)

    def number(self, token: Token) -> int | float:
        if self.here.kind == "name" and self.here.offset == token.end:
            raise self.wrong("a number ends where a name begins; durations stand in windows only", "number", self.here)
        if len(token.text) > MOST_DIGITS:
            raise self.wrong(f"a number has at most {MOST_DIGITS} digits", "number", token)
        if token.text.isdigit():
            return int(token.text)
        value = float(token.text)
        if value in (float("inf"), float("-inf")):
            raise self.wrong("this number is too large", "number", token)
        return value

    def variable(self, token: Token) -> str:
        name = token.text.removeprefix("?")
        if not name:
            raise self.wrong("a variable must have a name", "variable", token)
        return name

    # --- windows

    def window(self, operator: Token) -> Window:
        """Read `[a,b]`, `[a,b)`, `(a,b]`, `(a,b)` or `[a,*)`; none is any time. Ends become whole microseconds, both included."""
        if not self.at("[", "(") or not self.window_follows():
            return fm.ANY_TIME
        opening = self.take()
        low = self.duration() + (opening.text == "(")
        self.expect(",", "a window has two ends")
        high: int | None = None
        if self.at("*"):
            self.take()
        else:
            high = self.duration()
        if not self.at("]", ")"):
            raise self.wrong("the window is not closed with ] or )", "brackets")
        closing = self.take()
        if high is not None and closing.text == ")":
            high -= 1
        if high is None and closing.text == "]":
            raise self.wrong("a window without end closes with )", "window", closing)
        if high is not None and high < low:
            raise refuse(
                "window", opening.place, operator.text, "the window is reversed or empty", "Give the smaller end first."
            )
        return Window(low, high)

    def window_follows(self) -> bool:
        if self.at("["):
            return True
        return self.ahead().kind == "number" and any(self.ahead(count).text == "," for count in (2, 3))

    def duration(self) -> int:
        token = self.take()
        if token.kind != "number":
            if token.text == "-":
                raise self.wrong(
                    "a distance in time is not negative; use the operator for the other direction", "window", token
                )
            raise self.wrong("a distance in time must stand here, such as 90, 30m, 4h or 7d", "window", token)
        unit = "s"
        if self.here.kind == "name" and self.here.offset == token.end:
            unit = self.take().text
            if unit not in UNIT_US:
                raise refuse(
                    "window", token.place, token.text + unit, f"a unit is one of {', '.join(UNIT_US)}", "Write 30m."
                )
        given = Decimal(token.text) if len(token.text) <= MOST_DIGITS else Decimal("Infinity")
        exact = given * UNIT_US[unit] if not given or -20 < given.adjusted() < 20 else Decimal("Infinity")
        if exact > MOST_US or exact != int(exact):
            raise self.wrong("a distance in time is whole microseconds, below 2^62", "window", token)
        return int(exact)
