"""Bytes from the network, well-formed, nearly so and not at all: an answer or a typed error, and never a hang.

`nox -s fuzz` looks for more of them for as long as it is told to, guided by coverage.
"""

from __future__ import annotations

from random import Random

import pytest

from tests.fuzz.mutation import mutated
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS

MUTATIONS = 10_000
"""Of each target: a few seconds for all of them."""


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_well_formed_or_was_a_defect_once_is_read(name: str) -> None:
    found = seeds(name)
    assert found
    for data in found:
        TARGETS[name](data)


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_comes_is_an_answer_or_a_typed_error(name: str) -> None:
    originals = seeds(name)
    for seed in range(MUTATIONS):
        random = Random(seed)
        data = mutated(random.choice(originals), random)
        try:
            TARGETS[name](data)
        except Exception as error:
            error.add_note(f"{name} of {data!r}, seed {seed}")
            raise


def test_mutations_are_repeatable_and_change_something() -> None:
    data = b"0123456789" * 10
    assert mutated(data, Random(1)) == mutated(data, Random(1))
    assert sum(mutated(data, Random(seed)) != data for seed in range(100)) > 80
