"""Arguments are one strict JSON object, or the first fault that a reader from left to right finds."""

import json
import sys
from functools import reduce

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streamfold._arguments import Fault, nesting, parse
from streamfold._frozen import FrozenDict, FrozenList


class Unescaped(str):
    """The letters that may stand in a string as they are."""

    __slots__ = ()

    def __contains__(self, letter):
        return letter >= " " and letter not in '"\\'


# The grammar once more, letter by letter as RFC 8259 has it: for each rule, the characters that choose an
# alternative, and the rules and characters of that alternative. "" is chosen where nothing else is.
WHITE, DIGIT, HEX = " \t\n\r", "0123456789", "0123456789abcdefABCDEF"
UNESCAPED = Unescaped("any")
RULES = {
    "text": {"": ("white", "value", "white")},
    "white": {WHITE: (WHITE, "white"), "": ()},
    "value": {
        "{": ("{", "white", "first member"),
        "[": ("[", "white", "first item"),
        '"': ("string",),
        "t": tuple("true"),
        "f": tuple("false"),
        "n": tuple("null"),
        "-": ("-", "whole", "fraction", "exponent"),
        DIGIT: ("whole", "fraction", "exponent"),
    },
    "first member": {"}": ("}",), '"': ("member", "next member")},
    "next member": {"}": ("}",), ",": (",", "white", "member", "next member")},
    "member": {'"': ("string", "white", ":", "white", "value", "white")},
    "first item": {"]": ("]",), '{["tfn-' + DIGIT: ("value", "white", "next item")},
    "next item": {"]": ("]",), ",": (",", "white", "value", "white", "next item")},
    "string": {'"': ('"', "letters")},
    "letters": {'"': ('"',), "\\": ("\\", "escape", "letters"), UNESCAPED: (UNESCAPED, "letters")},
    "escape": {'"\\/bfnrt': ('"\\/bfnrt',), "u": ("u", HEX, HEX, HEX, HEX)},
    "whole": {"0": ("0",), "123456789": (DIGIT, "digits")},
    "digits": {DIGIT: (DIGIT, "digits"), "": ()},
    "fraction": {".": (".", DIGIT, "digits"), "": ()},
    "exponent": {"eE": ("eE", "sign", DIGIT, "digits"), "": ()},
    "sign": {"+-": ("+-",), "": ()},
}
SHORTEST = {
    "text": "0",
    "value": "0",
    "first member": "}",
    "next member": "}",
    "member": '"":0',
    "first item": "]",
    "next item": "]",
    "string": '""',
    "letters": '"',
    "escape": "n",
    "whole": "0",
    **dict.fromkeys(("white", "digits", "fraction", "exponent", "sign"), ""),
}


def chosen(rule, letter):
    return next((parts for first, parts in RULES[rule].items() if not first or letter in first), None)


def read(pending, letter):
    """What is still to come after *letter*, next first; None if *letter* cannot stand there."""
    while pending and pending[0] in RULES:
        parts = chosen(pending[0], letter)
        if parts is None:
            return None
        pending = (*parts, *pending[1:])
    return pending[1:] if pending and letter in pending[0] else None


def rest(text):
    """The shortest text that makes *text* JSON, "" if it is, None if there is none."""
    pending = reduce(lambda so_far, letter: so_far and read(so_far, letter), text, ("text",))
    return None if pending is None else "".join(SHORTEST.get(part, part[:1]) for part in pending)


def refuse(constant):
    raise ValueError(constant)


def is_json(text):
    try:
        json.loads(text, parse_constant=refuse, parse_int=str, parse_float=str)
    except ValueError:
        return False
    return True


def reason(text):
    result = parse(text)
    return result.reason if isinstance(result, Fault) else None


def depth(value):
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(depth, inner), default=0) if isinstance(value, dict | list) else 0


letters = st.text(max_size=4) | st.text(st.sampled_from('a"\\/\b\n\t\x7f\u2028\ud83d\ude00😀{}[],:'), max_size=4)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | letters,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(letters, inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(letters, values, max_size=4)


@st.composite
def texts(draw, of=objects):
    """JSON texts, spaced and escaped in many ways."""
    around = st.text(WHITE, max_size=2)
    separators = (draw(around) + "," + draw(around), draw(around) + ":" + draw(around))
    indent = draw(st.none() | st.integers(0, 2) | st.just("\t"))
    dumped = json.dumps(draw(of), indent=indent, separators=separators, ensure_ascii=draw(st.booleans()))
    return draw(around) + dumped + draw(around)


crumbs = st.sampled_from([
    *'{}[]",:\\-+.eE0179tfn aNI \n\x00\ufeffé',
    *("null", "tru", "1e400", "1" * 400, "NaN", "-Infinity", "\\u0061", "\\ud8", '"a":1,', "1.", "0.5"),
])  # fmt: skip


@st.composite
def broken_texts(draw):
    """JSON texts in which up to three stretches were replaced."""
    text = draw(texts(values | objects))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = start + draw(st.integers(0, 2))
        text = text[:start] + draw(crumbs | st.just("")) + text[end:]
    return text


any_texts = texts() | broken_texts() | st.lists(crumbs, max_size=12).map("".join) | st.text(max_size=8)
beginnings = any_texts.flatmap(lambda text: st.integers(0, len(text)).map(lambda length: text[:length]))


@given(texts())
def test_a_json_object_is_read_as_the_standard_library_reads_it(text):
    parsed = parse(text)

    assert parsed == json.loads(text)
    assert repr(parsed) == repr(json.loads(text))
    assert type(parsed) is FrozenDict


def test_what_is_read_is_frozen_all_the_way_down():
    parsed = parse('{"a": [{"b": []}]}')

    assert type(parsed["a"]) is FrozenList
    assert type(parsed["a"][0]) is FrozenDict
    assert type(parsed["a"][0]["b"]) is FrozenList


@given(texts())
def test_every_beginning_of_an_object_is_cut(text):
    end = len(text.rstrip(WHITE))

    assert {reason(text[:length]) for length in range(1, end)} == {"cut"}
    assert {reason(text[:length]) for length in range(end, len(text) + 1)} == {None}


@given(beginnings.filter(lambda text: reason(text) == "cut"))
def test_what_is_cut_can_go_on_and_become_json(text):
    assert rest(text)
    assert is_json(text + rest(text))
    assert parse(text).offset == len(text)


@given(any_texts.filter(lambda text: reason(text) == "malformed"))
def test_what_is_malformed_is_so_from_its_offset_on(text):
    offset = parse(text).offset

    assert rest(text[:offset]) is not None
    assert rest(text[: offset + 1]) is None


@given(any_texts)
def test_what_is_json_and_what_is_not_is_told_apart_as_elsewhere(text):
    whole = text == "" or rest(text) == ""

    assert whole == (text == "" or is_json(text))
    assert whole or reason(text) in {"cut", "malformed", "duplicate key", "number out of range"}
    assert not whole or reason(text) in {None, "not an object", "duplicate key", "number out of range"}


def unrepeated(pairs):
    if len({key for key, _ in pairs}) < len(pairs):
        raise KeyError
    return dict(pairs)


def finite(number):
    if abs(float(number)) == float("inf"):
        raise OverflowError
    return float(number)


def faults_of_a_whole(text):
    """What the standard library can say about a JSON text that is an object or a list."""
    for hook, error, why in (
        ({"object_pairs_hook": unrepeated}, KeyError, "duplicate key"),
        ({"parse_float": finite}, OverflowError, "number out of range"),
    ):
        try:
            json.loads(text, **hook)
        except error:
            yield why


@given(any_texts.filter(lambda text: text.strip(WHITE)[:1] in {"[", "{"} and rest(text) == ""))
def test_a_whole_text_has_the_faults_that_the_standard_library_can_find(text):
    otherwise = "not an object" if text.strip(WHITE)[0] == "[" else None

    assert reason(text) in (set(faults_of_a_whole(text)) or {otherwise})


certain = {"malformed", "duplicate key", "number out of range"}


@given(any_texts.filter(lambda text: reason(text) in certain), any_texts)
@example('{"a":1,"a"', ":2}")
@example('{"a":NaN', "N")
@example('{"a":01', ".5}")
@example('{"a":1e400,', "}")
def test_what_comes_later_never_changes_a_fault_that_is_certain(text, later):
    assert parse(text + later) == parse(text)


@given(any_texts.filter(reason))
def test_a_detail_is_short_and_an_offset_lies_in_the_text(text):
    fault = parse(text)

    assert len(fault.detail) <= 80
    assert 0 <= fault.offset <= len(text)


@pytest.mark.parametrize("text", ["", "null", " \t\r\nnull\n", "{}", " { } "])
def test_no_arguments_are_an_empty_object(text):
    assert parse(text) == {}
    assert type(parse(text)) is FrozenDict


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (" \n", "a value"),
        ("{", "a key or '}'"),
        ('{"a', "the rest of a string"),
        ('{"a"', "':'"),
        ('{"a":', "a value"),
        ('{"a": "x', "the rest of a string"),
        ('{"a": "\\', "the rest of a string"),
        ('{"a": "\\u12', "the rest of a string"),
        ('{"a": "\\ud83d\\', "the rest of a string"),
        (r'{"a": "\"\\\/\b\f\n\r\t\u00eF"', "',' or '}'"),
        ('{"a": tr', "the rest of a word"),
        ('{"a": -', "the rest of a number"),
        ('{"a": 1.', "the rest of a number"),
        ('{"a": 1e', "the rest of a number"),
        ('{"a": 1.5e+', "the rest of a number"),
        ('{"a": 1E', "the rest of a number"),
        ('{"a": 1E5', "',' or '}'"),
        ('{"a": 12', "',' or '}'"),
        ('{"a": 12 ', "',' or '}'"),
        ('{"a": 1,', "a key"),
        ('{"a": [', "a value or ']'"),
        ('{"a": [{}', "',' or ']'"),
        ("[1, 2", "',' or ']'"),
        ("[1, ", "a value"),
        ("tr", "the rest of a word"),
        ("nul", "the rest of a word"),
        ('"', "the rest of a string"),
    ],
)
def test_a_cut_tells_what_is_missing(text, wanted):
    assert parse(text) == Fault("cut", f"ends before {wanted}", len(text))


@pytest.mark.parametrize(
    ("text", "wanted", "offset"),
    [
        ('{"a": 1}}', "the end", 8),
        ("{} {}", "the end", 3),
        ("null null", "the end", 5),
        ('{"a": 1,}', "a key", 8),
        ("{,", "a key or '}'", 1),
        ("{'a': 1}", "a key or '}'", 1),
        ("{1: 1}", "a key or '}'", 1),
        ('{"a" 1', "':'", 5),
        ('{"a": 01', "',' or '}'", 7),
        ('{"a": 1 2', "',' or '}'", 8),
        ('{"a": [1}', "',' or ']'", 8),
        ('{"a": [}', "a value or ']'", 7),
        ('{"a": [1,]', "a value", 9),
        ("[1,]", "a value", 3),
        ("]", "a value", 0),
        ("tru e", "the rest of a word", 3),
        ("nul ", "the rest of a word", 3),
        ("True", "a value", 0),
        ('{"a": "\\x"}', "the rest of a string", 8),
        ('{"a": "\\v"}', "the rest of a string", 8),
        ('{"a": "\\u12g4"}', "the rest of a string", 11),
        ('{"a": "\\u123"}', "the rest of a string", 12),
        ('{"a": "\n"}', "the rest of a string", 7),
        ('{"a\x1f', "the rest of a string", 3),
        ('{"a": -x', "the rest of a number", 7),
        ('{"a": +1', "a value", 6),
        ('{"a": .5', "a value", 6),
        ('{"a": 1.}', "the rest of a number", 8),
        ('{"a": 1.e5', "the rest of a number", 8),
        ('{"a": 1e5.', "the rest of a number", 9),
        ('{"a": 1.5.', "the rest of a number", 9),
        ('{"a": 1e }', "the rest of a number", 8),
        ('{"a": -Inf', "the rest of a number", 7),
        ('{"a": Na', "a value", 6),
        ('{"a" NaN', "':'", 5),
        ('{"a": /* */ 1', "a value", 6),
        ("\ufeff{}", "a value", 0),
        ("\xa0{}", "a value", 0),
        ("\xa0null", "a value", 0),
        ("{}\x0c", "the end", 2),
        ('{"a": \u0661}', "a value", 6),
    ],
)
def test_malformed_text_is_told_with_what_was_expected_where(text, wanted, offset):
    assert parse(text) == Fault("malformed", f"expected {wanted} at character {offset}", offset)


@pytest.mark.parametrize("text", ["12", '"x"', "[1]", "true", "-0.5e-7", '  [{"a": null}] ', '"null"', "[null]"])
def test_whole_json_that_is_no_object_is_told_so(text):
    offset = len(text) - len(text.lstrip())

    assert parse(text) == Fault("not an object", f"expected an object at character {offset}", offset)


@pytest.mark.parametrize(
    ("text", "key", "offset"),
    [
        ('{"a": 1, "a": 2}', "'a'", 9),
        ('{"a": 1, "\\u0061": 2}', "'a'", 9),
        ('{"\\ud83d\\ude00": 1, "😀": 2}', "'😀'", 20),
        ('{"": 1, "b": 2, "": 2}', "''", 16),
        ('{"a": {"b": 1, "b": 2}}', "'b'", 15),
        ('[{"a": [{}, {"b": 1, "b": 2}]}]', "'b'", 21),
        ('{"a": {"b": 1}, "a": 2}', "'a'", 16),
        ('{"a": 1, "a"', "'a'", 9),
    ],
)
def test_a_key_that_stands_twice_in_one_object_is_told(text, key, offset):
    assert parse(text) == Fault("duplicate key", f"key {key} stands twice", offset)


def test_a_key_may_stand_in_several_objects():
    text = '{"a": {"a": 1}, "b": [{"a": 1}, {"a": 1}], "c": "a"}'

    assert parse(text) == json.loads(text)
    assert reason(text[:-1]) == "cut"


@pytest.mark.parametrize(
    ("number", "detail"),
    [
        ("NaN", "NaN is no JSON number"),
        ("Infinity", "Infinity is no JSON number"),
        ("-Infinity", "-Infinity is no JSON number"),
        ("1e400", "1e400 is beyond a float"),
        ("-1.5E+999", "-1.5E+999 is beyond a float"),
    ],
)
def test_a_number_that_python_cannot_hold_is_out_of_range(number, detail):
    for text in (
        '{"a": ' + number + "}",
        '{"a": ' + number + " ",
        '{"a": ' + number + "}}",
        "[2e1, " + number + "]",
    ):
        assert parse(text) == Fault("number out of range", detail, 6)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": ' + "1" * 310 + ".0}", " is beyond a float"),
        ('{"a": ' + "1" * 4301 + "}", " has too many digits"),
        ('{"a": -' + "1" * 4301 + "}", " has too many digits"),
        ('{"' + "k" * 99 + '": 1, "' + "k" * 99 + '": 2}', " stands twice"),
        ('{"' + "\\u0001" * 99 + '": 1, "' + "\\u0001" * 99 + '": 2}', " stands twice"),
    ],
    ids=range(5),
)
def test_a_long_number_or_key_is_quoted_in_part(text, why):
    detail = parse(text).detail

    assert detail.endswith(why)
    assert 30 <= len(detail.removeprefix("key ").removesuffix(why)) <= 40


@pytest.mark.parametrize(("length", "is_whole"), [(38, True), (39, False)])
def test_a_key_is_quoted_whole_as_long_as_that_takes_40_characters(length, is_whole):
    key = "k" * length

    assert (f"key '{key}' stands twice" == parse(f'{{"{key}": 1, "{key}": 2}}').detail) is is_whole


@pytest.mark.parametrize("number", ["1" * 4300, "-" + "1" * 4300, "1e308", "1e-999", "-0", "0." + "1" * 5000])
def test_a_number_that_python_can_hold_is_read(number):
    parsed = parse(f'{{"a": {number}}}')

    assert repr(parsed["a"]) == repr(json.loads(number))


def test_an_interpreter_that_converts_fewer_digits_makes_more_numbers_too_long():
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)
    try:
        assert reason('{"a": ' + "1" * 641 + "}") == "number out of range"
        assert reason('{"a": ' + "1" * 640 + "}") is None
    finally:
        sys.set_int_max_str_digits(before)


def test_an_interpreter_that_converts_any_number_of_digits_changes_nothing():
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        assert reason('{"a": ' + "1" * 4301 + "}") == "number out of range"
    finally:
        sys.set_int_max_str_digits(before)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1e400', "cut"),
        ('{"a": ' + "1" * 5000, "cut"),
        ("1e400", "not an object"),
        ('{"a": 1e400 ', "number out of range"),
        ('{"a": 1e400,', "number out of range"),
        ('{"a": 1e400x', "number out of range"),
        ('{"a": NaN', "number out of range"),
        ("NaN", "number out of range"),
        ("[NaN", "number out of range"),
        ('{"a": NaN, "a": 1}', "number out of range"),
        ('{"a": 1, "a": NaN}', "duplicate key"),
        ('{"a": 1, "a": 1,}', "duplicate key"),
        ('{"a": 1, "a" 1', "duplicate key"),
        ('{"a": 1, "a', "cut"),
        ('{"a": x, "a": NaN', "malformed"),
        ('[{"a": 1, "a": 1}]', "duplicate key"),
        ("[1e400]", "number out of range"),
        ("[1e400", "cut"),
    ],
)
def test_of_several_faults_the_first_in_reading_order_is_told(text, expected):
    assert reason(text) == expected


def test_half_a_surrogate_pair_is_legal_and_stays():
    assert parse('{"a": "\\ud800", "\\udc00": "\ud800"}') == {"a": "\ud800", "\udc00": "\ud800"}
    assert parse('{"a": "\\ud83d\\ude00"}') == {"a": "😀"}


@pytest.mark.parametrize("levels", [901, 100_000])
def test_an_object_that_nests_too_deeply_is_malformed_and_no_recursion_error(levels):
    too_deep = Fault("malformed", "nested too deeply", None)

    assert parse('{"a":' * levels + "1" + "}" * levels) == too_deep
    assert parse('{"a":' + "[" * levels + "]" * levels + "}") == too_deep
    assert reason('{"a":' * levels) == "cut"
    assert reason("[" * levels + "]" * levels) == "not an object"


def test_an_object_may_nest_far_deeper_than_a_stream_may():
    assert reason('{"a":' * 500 + "1" + "}" * 500) is None


@pytest.mark.parametrize(
    "text",
    [
        '{"a":"' + "x" * 10**6,
        '{"a":"' + '\\"' * 10**5,
        '{"a":"' + "\\u00" * 10**5,
        '{"a":' + "1" * 10**6,
        '{"a":' + " " * 10**6,
        '{"a":1}' + " " * 10**6 + "x",
        '{"a":[' + "1," * 10**5,
        '{"a":' * 10**5,
    ],
    ids=len,
)
def test_a_long_text_is_judged_at_a_cost_that_grows_with_it(text):
    assert reason(text) in {"cut", "malformed"}


@given(values)
def test_the_nesting_of_a_json_text_is_the_depth_of_its_value(value):
    assert nesting(json.dumps(value)) == depth(value)


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("", 0),
        ("12", 0),
        ("{", 1),
        ('{"a": 1}', 1),
        (" {}", 1),
        ('"{"', 0),
        ('{"a": "{["}', 1),
        ('{"a": "\\"{["', 1),
        ('{"a": "\\\\", "b": [', 2),
        ('["', 1),
        ('["\\', 1),
        ("[[], {}]", 2),
        ("[][][", 1),
        ("]]}[[", 2),
        ('{"a": "[[[[[[', 1),
        ("[" * 100_000, 100_000),
    ],
    ids=range(16),
)
def test_brackets_are_counted_outside_strings_in_any_text(text, levels):
    assert nesting(text) == levels
