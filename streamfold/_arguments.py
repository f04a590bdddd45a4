"""Tool arguments: strict JSON, and why it is not.

The standard library's decoder reads whatever is right. Only where it refuses, a reader goes over the text
from left to right, token by token, and names the first fault that it is sure of:

- "malformed", at the first character that no JSON text could have there;
- "duplicate key", behind the second of two keys of one object that are equal once decoded;
- "number out of range", behind ``NaN``, ``Infinity`` and ``-Infinity``, and behind any other number that
  Python cannot hold, but not where that number ends the text: it may go on;
- "cut", at the end of a text that could go on and become JSON;
- "not an object", for a whole JSON text that has no other fault.

So what comes later never changes a fault of the first three kinds. An object that has no fault but to nest
deeper than Python can follow is "malformed" too.
"""

import re
from collections.abc import Mapping
from functools import cache
from itertools import accumulate
from math import isfinite
from typing import Any, Final, Literal, TypeAlias

from attrs import frozen

from ._frozen import DEEPEST, FrozenDict, freeze
from ._quote import quote

Reason: TypeAlias = Literal["cut", "malformed", "not an object", "duplicate key", "number out of range"]


@frozen
class Fault:
    """Why a text holds no arguments.

    Attributes:
        reason: the kind of fault.
        detail: what is wrong, as the end of a sentence; quotes at most 40 characters of the text.
        offset: where it begins, in code points; a cut, at the end of the text. None if it has no place.
    """

    reason: Reason
    detail: str
    offset: int | None


def parse(raw: str) -> FrozenDict | Fault:
    """Read *raw* as one JSON object (RFC 8259), or say why it is none.

    No arguments, which is the empty text or ``null``, are an empty object. A lone surrogate stays as it is.
    """
    if not raw or raw.strip(_WHITE) == "null":
        return FrozenDict()
    value = _decode(raw)
    return value if isinstance(value, FrozenDict) else _first_fault(raw)


def nesting(raw: str) -> int:
    """Count how deep the brackets of *raw* nest, leaving out those in strings; *raw* need not be JSON."""
    if "[" not in raw and (last := raw.rfind("{")) < 1:  # as in most calls: none, or one at the start
        return last + 1
    return max(accumulate("".join(re.findall(_BRACKETS, raw, re.DOTALL)), _deepen, initial=0))


def _deepen(depth: int, bracket: str) -> int:
    return depth + 1 if bracket in "[{" else max(depth - 1, 0)


_BRACKETS: Final = r'"(?:[^"\\]++|\\.)*+"?|([][{}])'  # a string captures nothing


# The decoder's hooks raise where the library's own are lenient. The reader then says why.
def _members(pairs: list[tuple[str, Any]]) -> FrozenDict:
    members: FrozenDict = dict.__new__(FrozenDict)
    dict.update(members, pairs)  # what it holds is frozen when all has been read
    if len(members) < len(pairs):
        raise ValueError
    return members


def _integer(text: str) -> int:
    if len(text.removeprefix("-")) > _MOST_DIGITS:
        raise ValueError
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise ValueError
    return value


_MOST_DIGITS: Final = 4300  # what Python converts unless it is told otherwise


@cache
def _decoder() -> Any:
    from json import JSONDecoder  # noqa: PLC0415 - most of what imports the library reads no arguments for now

    return JSONDecoder(object_pairs_hook=_members, parse_int=_integer, parse_float=_float, parse_constant=_float)


def _decode(text: str) -> Any:
    try:
        return freeze(read_json(_decoder(), text), DEEPEST)
    except (ValueError, RecursionError):
        return None


def read_json(decoder: Any, text: str) -> Any:
    """Read one JSON text with a decoder of the standard library."""
    # decode() looks for white space around the text first, which costs as much as reading it
    try:
        value, end = decoder.scan_once(text, 0)
    except StopIteration:
        end = -1
    return value if end == len(text) else decoder.decode(text)


# Tokens. A whole one takes along the white space behind it, so nothing can follow one that is only begun. The
# patterns are compiled when they are needed: importing the library is cheaper for it.
_WHITE: Final = " \t\n\r"
_DIGITS: Final = "-?(?:0|[1-9][0-9]*+)"
_HEX: Final = "[0-9A-Fa-f]"
# No group in the loop: before 3.11.5, a possessive one loses its place where a group in it fails half way.
_CHARACTERS: Final = rf'(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u{_HEX * 4})*+'
_TOKEN: Final = rf"""
    (?: (?P<mark> [][{{}}:,] )
      | (?P<string> "{_CHARACTERS}" )
      | (?P<word> true|false|null )
      | (?P<constant> NaN | -?Infinity )
      | (?P<integer> {_DIGITS} (?![.eE]) )
      | (?P<float> {_DIGITS} (?:\.[0-9]++)? (?:[eE][+-]?[0-9]++)? (?![.eE]) )
    ) [{_WHITE}]*+
  | (?P<begun_string> "{_CHARACTERS} (?:\\(?:u{_HEX}{{0,3}})?)? )
  | (?P<begun_number> (?:{_DIGITS}|-) (?:(?<=[0-9])\.[0-9]*+)? (?:(?<=[0-9])[eE][+-]?[0-9]*+)? )
  | (?P<begun_word> t(?:ru?)? | f(?:a(?:ls?)?)? | n(?:ul?)? )
  | (?P<end> \Z )
  | (?P<alien> . )
"""

# The grammar: for what the reader wants, in the words of a fault, the tokens it may get, and what it wants
# after each, the last of it first. What is only begun leaves a want that nothing fills.
_Row: TypeAlias = Mapping[str, tuple[str, ...]]
_BEGUN: Final = ("string", "number", "word")
_VALUES: Final[_Row] = {
    "[": ("a value or ']'",),
    "{": ("a key or '}'",),
    **dict.fromkeys(("string", "word", "constant", "integer", "float"), ()),
    **{f"begun_{kind}": (f"the rest of a {kind}",) for kind in _BEGUN},
}
_KEYS: Final[_Row] = {"string": ("a value", "':'"), "begun_string": ("the rest of a string",)}
_GRAMMAR: Final[Mapping[str, _Row]] = {
    "a value": _VALUES,
    "a value or ']'": {**{kind: ("',' or ']'", *wants) for kind, wants in _VALUES.items()}, "]": ()},
    "',' or ']'": {",": ("',' or ']'", "a value"), "]": ()},
    "a key": _KEYS,
    "a key or '}'": {**{kind: ("',' or '}'", *wants) for kind, wants in _KEYS.items()}, "}": ()},
    "':'": {":": ()},
    "',' or '}'": {",": ("',' or '}'", "a key"), "}": ()},
    **{f"the rest of a {kind}": {} for kind in _BEGUN},
    "the end": {"end": ()},
}
_OUT_OF_RANGE: Final[Mapping[str, str]] = {
    "constant": "is no JSON number",
    "integer": "has too many digits",
    "float": "is beyond a float",
}
_MOST_QUOTED: Final = 40


def _first_fault(raw: str) -> Fault:
    start = len(raw) - len(raw.lstrip(_WHITE))
    wants = ["the end", "a value"]
    objects: list[set[str]] = []  # those that stand open, each by its keys so far
    for token in re.compile(_TOKEN, re.VERBOSE | re.DOTALL).finditer(raw, start):
        wanted, kind = wants.pop(), token["mark"] or str(token.lastgroup)
        if kind not in _GRAMMAR[wanted]:
            return _misplaced(kind, wanted, token.start())
        wants += _GRAMMAR[wanted][kind]
        if fault := _unfit(token, kind, wants, objects):
            return fault
    # The decoder can have refused an object without a fault only for want of stack.
    if raw[start] == "{":
        return Fault("malformed", "nested too deeply", None)
    return Fault("not an object", f"expected an object at character {start}", start)


def _misplaced(kind: str, wanted: str, offset: int) -> Fault:
    if kind == "end":
        return Fault("cut", f"ends before {wanted}", offset)
    return Fault("malformed", f"expected {wanted} at character {offset}", offset)


def _unfit(token: re.Match[str], kind: str, wants: list[str], objects: list[set[str]]) -> Fault | None:
    if kind == "{":
        objects.append(set())
    elif kind == "}":
        objects.pop()
    elif wants[-1:] == ["':'"]:
        return _repeated(token, objects[-1])
    return _out_of_range(token, kind) if kind in _OUT_OF_RANGE else None


def _repeated(token: re.Match[str], keys: set[str]) -> Fault | None:
    key = _decode(token["string"])
    if key in keys:
        return Fault("duplicate key", f"key {quote(key, _MOST_QUOTED)} stands twice", token.start())
    keys.add(key)
    return None


def _out_of_range(token: re.Match[str], kind: str) -> Fault | None:
    may_go_on = kind != "constant" and token.end(kind) == len(token.string)
    if may_go_on or _decode(token[kind]) is not None:
        return None
    number = quote(token[kind], _MOST_QUOTED).strip("'")
    return Fault("number out of range", f"{number} {_OUT_OF_RANGE[kind]}", token.start())
