"""What Slack takes at most. Lengths are characters; where Slack names no number, ours and why."""

from dataclasses import dataclass

# https://docs.slack.dev/reference/block-kit/blocks/header-block
HEADER = 150
# https://docs.slack.dev/reference/block-kit/block-elements/button-element
BUTTON_TEXT = 75
ACCESSIBILITY_LABEL = 75
# https://docs.slack.dev/reference/block-kit/blocks/actions-block
ACTIONS = 25
# https://docs.slack.dev/reference/block-kit/composition-objects/option-object
OPTION_TEXT = 75
OPTION_VALUE = 150
# https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
SELECT_OPTIONS = 100
# https://docs.slack.dev/reference/block-kit/block-elements/checkboxes-element
CHECKBOXES = 10
# https://docs.slack.dev/reference/block-kit/blocks/input-block
LABEL = 2_000
HINT = 2_000
# https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
TYPED = 3_000
# https://docs.slack.dev/reference/views/modal-views
VIEW_TITLE = 24
# chat.update takes 4,000 (https://docs.slack.dev/reference/methods/chat.update); a notification shows a line or two
FALLBACK = 3_000


@dataclass(frozen=True, slots=True)
class Surface:
    """Where blocks are shown: how many there may be, and how long they may be as JSON."""

    blocks: int
    size: int


# 50 blocks: https://docs.slack.dev/reference/block-kit/blocks. A message's total is limited (`msg_blocks_too_long`)
# at about 13,200 characters, and Slack does not say what it counts; with rich text it refused less text than that
# (slackapi/bolt-js issues 2509 and 2867). So the JSON as a whole stays below it.
MESSAGE = Surface(blocks=50, size=12_500)
# 100 blocks and 250 kB in UTF-8 with all that stands around them: https://docs.slack.dev/reference/methods/views.open
VIEW = Surface(blocks=100, size=50_000)
