"""The beginning of a new question file, with what belongs where."""

import json
import re

from bot.content.json_schema import FIRST_LINE

_PLAIN = re.compile(r"[A-Za-z][\w-]*(?: [\w-]+)*\Z", re.ASCII)
_GUESSED = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})

_TEXT = """\
{first_line}
id: {id}
title: {title}
# What people see, 1 to 4 sentences. Ask for everything the key points want; give none of them away.
prompt: |
  Ask here.
topic: {topic}
difficulty: {difficulty} # junior | mid | senior | staff
minutes: 5
# 4 to 8. One assertion each; no "and" that joins two claims. Ids never change once answers are stored under them.
key_points:
  - id: first-point
    claim: The first thing that a good answer says.
    # Four or more, as different people would say it: short, colloquial, technical, by its consequence.
    accept:
      - one way to put the first
    # Only a part of it, or too vague: half credit. Leave the key out where there is nothing of the kind.
    partial:
      - half of the first
    # What cannot be true together with the claim.
    reject:
      - the opposite of the first
    missing: Say the first thing.
    # since: "3.14"          # first version for which it is true; also until
    # review_by: 2027-10-01  # when to check it again
    source: https://docs.python.org/3/
  - id: second-point
    claim: Another claim that stands by itself.
    accept:
      - a different way to put the second
    missing: Name the other claim.
    source: https://docs.python.org/3/
  - id: third-point
    claim: What follows from both in practice.
    accept:
      - how people say what follows
    missing: Add what follows.
    source: https://docs.python.org/3/
misconceptions:
  - id: common-mistake
    claim: Something wrong that many believe.
    accept:
      - another way to say the wrong thing
    correction: What is right instead, in one or two sentences.
# Direction, mechanism, near answer. The first two earn no key point.
hints:
  - Where to look.
  - How it works, without saying it.
  - Nearly the answer.
# 5 to 12 sentences as you would say them in an interview; every key point is in them.
model_answer: |
  Write it here.
# Optional: a complete program, standard library only. Each line it prints is named in order.
# code: |
#   print(1 + 1)  # prints: 2
looking_for: |
  What the interviewer really wants to hear.
follow_up: |
  One deeper question?
sources:
  - https://docs.python.org/3/
# Eight or more, labelled by meaning before you look at what the grader says. Points not named are a miss.
# Styles: strong, terse, slang with typos, non-native English, analogy without keywords, half right,
# confidently wrong, keyword stuffing, negated claims.
samples:
  - style: strong
    text: A good answer.
    verdicts:
      first-point: hit
"""


def skeleton(id_: str, title: str, topic: str, difficulty: str) -> str:
    """A file that loads, where these values can stand in one; its content is still to be written."""
    return _TEXT.format(
        first_line=FIRST_LINE,
        id=_quoted(id_),
        title=_quoted(title),
        topic=_quoted(topic),
        difficulty=_quoted(difficulty),
    )


def _quoted(text: str) -> str:
    """As it is where YAML reads it as the same text, else in quotes (JSON's strings are YAML's)."""
    plain = _PLAIN.match(text) and text.lower() not in _GUESSED
    return text if plain else json.dumps(text, ensure_ascii=False)
