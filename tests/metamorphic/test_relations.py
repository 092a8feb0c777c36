"""Each relation holds for a sample of the fixtures; ``python -m tests.metamorphic`` tries all of them."""

from __future__ import annotations

import pytest

from tests.expectations import FIXTURES
from tests.metamorphic.relation import Relation, held, sample
from tests.metamorphic.relations import RELATIONS

SHARE = 4
"""One fixture in so many is tried."""


@pytest.mark.parametrize("relation", RELATIONS, ids=lambda relation: relation.name.replace(" ", "-"))
def test_verdicts_stay(relation: Relation) -> None:
    results = [result for result in held(relation, sample(relation, SHARE)) if not result.left]
    wrong = {one.case: one.lines for one in results if bool(one.lines) is not (one.case in relation.differs)}
    assert wrong == {}
    assert len(results) >= relation.floor // SHARE // 2


def test_what_differs_by_right_is_there_and_has_a_reason() -> None:
    for relation in RELATIONS:
        for case, reason in relation.differs.items():
            assert (FIXTURES / case).is_dir(), case
            assert len(reason) > 20, case
