"""No count is lost or changed on its way from the wire to a typed one and back, and none is taken for another."""

import pytest
from attrs import fields
from hypothesis import given
from hypothesis import strategies as st

from streamfold._frozen import FrozenDict
from streamfold._usage import malformed, to_wire, usage
from streamfold.message import BilledUnits, Tokens, Usage

OBJECTS = {"billed_units": BilledUnits, "tokens": Tokens}

counts = st.integers(0, 10**6) | st.integers(0, 10**6).map(float) | st.floats(0, 9, allow_nan=False)
strays = st.booleans() | st.text(max_size=3) | st.lists(st.integers(), max_size=2)
strangers = st.dictionaries(st.sampled_from(["web_units", "", "usage"]), st.none() | counts | strays, max_size=2)


def names(kind):
    return [each.name for each in fields(kind) if each.name != "extra"]


def given_some(values_by_name):
    """Dicts with some of the names, and with names that are not known."""
    known = st.fixed_dictionaries({}, optional=values_by_name)
    return st.builds(lambda left, right: {**left, **right}, strangers, known)


def raw_usages(number, other):
    """Usages with *number* where one belongs, and *other* also where an object belongs."""
    inner = {name: given_some(dict.fromkeys(names(kind), number)) | other for name, kind in OBJECTS.items()}
    return given_some({"cached_tokens": number, **inner}).map(FrozenDict)


wrong = st.none() | strays
sound = raw_usages(counts, st.nothing())
any_usage = raw_usages(counts | wrong | st.just({}), counts | wrong)


def known(raw):
    """Every known place of a raw usage: its path, what stands there, and whether that is sound."""
    for name in names(Usage):
        value = raw.get(name)
        yield (name,), value, isinstance(value, dict) if name in OBJECTS else type(value) in (int, float)
        if name in OBJECTS and isinstance(value, dict):
            for inner in names(OBJECTS[name]):
                yield (name, inner), value.get(inner), type(value.get(inner)) in (int, float)


def at(value, path):
    for key in path:
        value = value.get(key)
    return value


@given(any_usage)
def test_every_path_and_value_comes_back(raw):
    assert to_wire(usage(raw)) == raw


@given(any_usage)
def test_a_whole_float_where_a_count_belongs_becomes_an_integer(raw):
    wire = to_wire(usage(raw))

    for path, value, is_sound in known(raw):
        if is_sound and isinstance(value, float):
            assert type(at(wire, path)) is (int if value.is_integer() else float)
        else:
            assert type(at(wire, path)) is type(value) or isinstance(value, dict)


@given(any_usage)
def test_a_count_stands_under_its_name(raw):
    read = usage(raw)

    for (first, *rest), value, is_sound in known(raw):
        holder, name = (getattr(read, first), rest[0]) if rest else (read, first)
        if not is_sound:
            assert getattr(holder, name) is None
        elif name not in OBJECTS:
            assert getattr(holder, name) == value


@given(any_usage)
def test_what_is_not_known_is_kept_as_it_came(raw):
    extra = usage(raw).extra

    assert {name: raw[name] for name in raw if name not in names(Usage)}.items() <= extra.items()


@given(sound)
def test_sound_usage_has_nothing_malformed(raw):
    assert malformed(raw) == {}


@given(any_usage)
def test_what_is_malformed_is_told_with_its_value(raw):
    misplaced = [(".".join(path), value) for path, value, is_sound in known(raw) if value is not None and not is_sound]

    assert malformed(raw).keys() == {name for name, _ in misplaced}
    assert all(pair in misplaced for pair in malformed(raw).items())


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ({}, Usage()),
        ({"tokens": {}}, Usage(tokens=Tokens())),
        ({"tokens": None}, Usage(extra=FrozenDict(tokens=None))),
        ({"tokens": 3}, Usage(extra=FrozenDict(tokens=3))),
        ({"cached_tokens": 3.0, "new": 3.0}, Usage(cached_tokens=3, extra=FrozenDict(new=3.0))),
        ({"cached_tokens": True}, Usage(extra=FrozenDict(cached_tokens=True))),
        ({"tokens": {"input_tokens": 2.5}}, Usage(tokens=Tokens(input_tokens=2.5))),
        (
            {"billed_units": {"search_units": 1, "input_tokens": "1"}},
            Usage(BilledUnits(search_units=1, extra=FrozenDict(input_tokens="1"))),
        ),
    ],
)
def test_usage_reads_as_it_says(raw, read):
    assert usage(FrozenDict(raw)) == read


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ({"cached_tokens": "3"}, {"cached_tokens": "3"}),
        ({"tokens": 3, "billed_units": [1]}, {"tokens": 3, "billed_units": [1]}),
        ({"tokens": {"image_tokens": True, "new": "x"}, "new": "x"}, {"tokens.image_tokens": True}),
        (
            {"tokens": {"input_tokens": "a"}, "billed_units": {"input_tokens": "b"}},
            {"billed_units.input_tokens": "b", "tokens.input_tokens": "a"},
        ),
        ({"tokens": None, "cached_tokens": None}, {}),
    ],
)
def test_fields_that_are_not_what_they_should_be_are_told(raw, told):
    assert malformed(FrozenDict(raw)) == told


def test_no_usage_is_none():
    assert usage(None) is None
    assert malformed(None) == {}


def test_a_field_that_is_called_extra_is_one_that_is_not_known():
    raw = FrozenDict(extra=1, tokens={"extra": "x"})

    assert to_wire(usage(raw)) == raw
    assert malformed(raw) == {}
