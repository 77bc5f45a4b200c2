"""The question bank: every pack and question that is in use, by id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.content.schema import Pack, Question
from bot.errors import QuizError


@dataclass
class QuestionNotFound(QuizError):
    """No question with this id is in the bank."""

    id: str


@dataclass(frozen=True, slots=True)
class Bank:
    """Question ids are unique over all packs; `pack_of` says which pack a question is from."""

    packs: Mapping[str, Pack]
    questions: Mapping[str, Question]
    pack_of: Mapping[str, str]

    def get(self, question_id: str) -> Question:
        """Raises `QuestionNotFound`."""
        try:
            return self.questions[question_id]
        except KeyError:
            raise QuestionNotFound(question_id) from None

    def opener(self, packs: Sequence[str]) -> str | None:
        """The question a channel with these packs gets first, if a pack names one."""
        named = (self.packs[name].opener for name in packs if name in self.packs)
        return next((id_ for id_ in named if id_ in self.questions), None)

    @property
    def default_packs(self) -> tuple[str, ...]:
        """What a channel asks from whose lead names no pack: those that say so, all where none does."""
        chosen = [name for name, pack in self.packs.items() if pack.default]
        return tuple(sorted(chosen or self.packs))

    def of_packs(self, packs: Sequence[str]) -> Sequence[Question]:
        """Questions of these packs, ordered by id."""
        chosen = set(packs)
        return [q for id_, q in sorted(self.questions.items()) if self.pack_of[id_] in chosen]
