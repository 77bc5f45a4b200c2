"""A fingerprint of what a grader reads, stored with every grade."""

import hashlib
import json

from bot.content.schema import Question


def rubric_hash(question: Question) -> str:
    """Twelve hex digits over prompt, hints, key points and misconceptions; samples do not count."""
    read = {
        "prompt": question.prompt,
        "hints": question.hints,
        "points": [
            [point.id, point.claim, point.weight, point.accept, point.partial, point.reject]
            for point in question.key_points
        ],
        "misconceptions": [[wrong.id, wrong.claim, wrong.accept] for wrong in question.misconceptions],
    }
    text = json.dumps(read, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
