"""What the trained judge reads: an answer and all claims of a question as one row of tokens.

The answer's sentences and the claims are groups. A token sees its own group, and a claim sees the whole answer, so the
answer is encoded once for all claims, no claim knows another, and the order of the sentences does not matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tokenizers import Tokenizer

from bot.grading.claims import Claim
from bot.grading.spans import Span

LONGEST_GROUP = 64  # tokens of a sentence or a claim; a longer sentence goes on in the next group
LONGEST_ANSWER = 1_024  # tokens; 3,000 characters of English are about 700
_START, _END = 101, 102  # [CLS] and [SEP] of the encoder's vocabulary
_OPPOSITE, _PARTLY = 1_056, 1_066  # tokens of it that never begin a wording
_FREQUENT = 2_200
_LONGEST_CLAIM, _LONGEST_WORDING = 48, 24  # tokens


@dataclass(frozen=True, slots=True)
class Reading:
    """Tokens with their places. Groups count sentences from 1 and claims from -1 down.

    `firsts`: index of each claim's first token. `offsets`: per token of the answer, its span and offsets in it.
    """

    ids: tuple[int, ...]
    positions: tuple[int, ...]
    groups: tuple[int, ...]
    firsts: tuple[int, ...]
    offsets: tuple[tuple[int, int, int], ...]


class Reader:
    """Makes token rows; safe to share between threads."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._encoded = lru_cache(maxsize=65_536)(self._tokens_of)

    @classmethod
    def load(cls, path: Path) -> "Reader":
        """From a `tokenizer.json`."""
        tokenizer = Tokenizer.from_file(str(path))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return cls(tokenizer)

    def read(self, spans: Sequence[Span], claims: Sequence[Claim]) -> Reading:
        """The row for one answer; at least one claim."""
        ids: list[int] = []
        positions: list[int] = []
        groups: list[int] = []
        offsets: list[tuple[int, int, int]] = []
        group = 0
        texts = [span.text for span in spans]
        for number, encoded in enumerate(self._tokenizer.encode_batch(texts, add_special_tokens=False)):
            for place, (token, (start, end)) in enumerate(zip(encoded.ids, encoded.offsets, strict=True)):
                if len(ids) == LONGEST_ANSWER:
                    break
                group += place % LONGEST_GROUP == 0
                ids.append(token)
                positions.append(place % LONGEST_GROUP + 1)
                groups.append(group)
                offsets.append((number, start, end))
        firsts = []
        spoken = frozenset(ids)
        for number, claim in enumerate(claims, 1):
            tokens = self._tokens(claim, spoken)
            firsts.append(len(ids))
            ids += tokens
            positions += range(len(tokens))
            groups += [-number] * len(tokens)
        return Reading(tuple(ids), tuple(positions), tuple(groups), tuple(firsts), tuple(offsets))

    def _tokens(self, claim: Claim, spoken: frozenset[int]) -> list[int]:
        """The claim with the wordings that come nearest to what is said.

        Of those in part and those that cannot be true, only one that shares a word with it.
        """
        tokens = [_START, *self._encoded(claim.text)[:_LONGEST_CLAIM], _END]
        for wordings, mark in ((claim.same, ()), (claim.partly, (_PARTLY,)), (claim.opposite, (_OPPOSITE,))):
            nearest = max(map(self._encoded, wordings), key=lambda ids: _nearness(ids, spoken), default=())
            if nearest and (wordings is claim.same or _nearness(nearest, spoken) > 0):
                tokens += [*mark, *nearest[:_LONGEST_WORDING], _END]
        return tokens

    def _tokens_of(self, text: str) -> tuple[int, ...]:
        return tuple(self._tokenizer.encode(text, add_special_tokens=False).ids)


def _nearness(wording: Sequence[int], spoken: frozenset[int]) -> float:
    """Share of the wording's tokens that were said, the frequent ones (which the vocabulary lists first) left out."""
    rare = {token for token in wording if token > _FREQUENT}
    return len(rare & spoken) / (len(rare) + 1)
