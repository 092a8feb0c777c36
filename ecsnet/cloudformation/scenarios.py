"""What a template leaves open, and what it is taken to be.

Conditions compare values with words: ``!Equals [!Ref Stage, prod]``. Where the value is not known it has a symbol, and
every comparison of that symbol asks the same question: which of the words is it, or none of them? A scenario answers
some questions; what follows from an answer, in other conditions and wherever the value is used, is evaluation's part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.cloudformation.texts import as_text, symbol_of
from ecsnet.records import dataclass, field, replace
from ecsnet.values import Tri, Unknown, Value, equal

MAX_ALLOWED = 8
"""Values of one parameter that are tried one by one; of more than that, only those that conditions name."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """``values``: by symbol, the string that it is taken to be. ``others``: the strings it is taken not to be.
    ``pairs``: whether two unknown values are the same, by both symbols.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, frozenset[str]] = field(default_factory=dict)
    pairs: Mapping[str, bool] = field(default_factory=dict)


NOTHING = Assumptions()


@dataclass(frozen=True, slots=True)
class Question:
    """``words``: what the value of ``symbol`` is compared with, in order. ``allowed``: all that it may be, if that is
    known. With ``other`` it is whether two unknown values are the same.
    """

    symbol: str
    words: tuple[str, ...] = ()
    allowed: tuple[str, ...] | None = None
    other: str = ""

    @property
    def name(self) -> str:
        return f"{self.symbol} = {self.other}" if self.other else self.symbol

    def joined(self, again: Question) -> Question:
        """The same question, asked twice."""
        return replace(self, words=tuple(dict.fromkeys((*self.words, *again.words))))

    def answers(self, known: Assumptions) -> Iterator[Assumptions]:
        """Every answer, added to what is known already. No two are true at once, and one of them is."""
        if self.other:
            yield from (replace(known, pairs={**known.pairs, self.name: truth}) for truth in (True, False))
            return
        words = self.words
        excluded = known.others.get(self.symbol, frozenset())
        if self.allowed is not None:
            few = len(self.allowed) <= MAX_ALLOWED
            words = tuple(word for word in self.allowed if word not in excluded and (few or word in words))
        for word in words:
            yield replace(known, values={**known.values, self.symbol: word})
        if self.allowed is None or not excluded.union(words) >= set(self.allowed):
            yield replace(known, others={**known.others, self.symbol: excluded.union(words)})


@dataclass(slots=True)
class Questions:
    """What evaluation asks, as it goes on. ``conditions``: addresses of stacks, and names of their conditions."""

    asked: dict[str, Question] = field(default_factory=dict)
    conditions: dict[tuple[str, str], None] = field(default_factory=dict)

    def ask(self, question: Question) -> None:
        known = self.asked.get(question.name)
        self.asked[question.name] = question if known is None else known.joined(question)

    def add(self, more: Questions) -> None:
        for question in more.asked.values():
            self.ask(question)
        self.conditions.update(more.conditions)


def compare(left: Value, right: Value, known: Assumptions, questions: Questions) -> Tri:
    """``Fn::Equals``. What is not known is a question."""
    left, right = _assumed(left, known), _assumed(right, known)
    truth = equal(left, right)
    if truth is not Tri.UNKNOWN:
        return truth
    one, other = symbol_of(left), symbol_of(right)
    for value, symbol, word in ((left, one, right), (right, other, left)):
        if isinstance(word, str) and symbol:
            if word in known.others.get(symbol, ()):
                return Tri.FALSE
            questions.ask(Question(symbol, (word,), allowed(value)))
            return Tri.UNKNOWN
    if one and other:
        question = Question(min(one, other), other=max(one, other))
        if question.name in known.pairs:
            return Tri.of(known.pairs[question.name])
        questions.ask(question)
    return Tri.UNKNOWN


def _assumed(value: Value, known: Assumptions) -> Value:
    return known.values.get(symbol_of(value), value) if known.values and not isinstance(value, str) else value


def allowed(value: Value) -> tuple[str, ...] | None:
    """The strings that an unknown value may be, if these are known."""
    candidates = value.candidates if isinstance(value, Unknown) else None
    texts = tuple(map(as_text, candidates or ()))
    words = tuple(text for text in texts if isinstance(text, str))
    return words if words and len(words) == len(texts) else None
