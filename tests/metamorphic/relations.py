"""All relations."""

from __future__ import annotations

from tests.metamorphic import terraform_forms, terraform_values
from tests.metamorphic.relation import Relation

RELATIONS: tuple[Relation, ...] = (*terraform_values.RELATIONS, *terraform_forms.RELATIONS)
