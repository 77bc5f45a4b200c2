"""The one base of every error this project raises on purpose."""


class QuizError(Exception):
    """Something a person can do something about; the edge words it for them.

    Subclasses are facts with fields. The mapping to sentences is in `services.cards.problem`
    (chat) and `cli` (terminal).
    """
