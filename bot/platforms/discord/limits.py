"""How much Discord takes, each number with the page that states it.

Lengths are counted in UTF-16 units, as Discord's clients count them: never less than code points, so a text that
fits here fits by either count.
"""

# https://docs.discord.com/developers/components/reference#container
COMPONENTS = 40  # of one message, nested ones included
DISPLAY_TEXT = 4_000  # all text displays of one message together

# https://docs.discord.com/developers/components/reference#action-row
BUTTONS_IN_ROW = 5

# https://docs.discord.com/developers/components/reference#button
BUTTON_LABEL = 80
CUSTOM_ID = 100

# https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-modal
MODAL_TITLE = 45
MODAL_PARTS = 5

# https://docs.discord.com/developers/components/reference#label
LABEL = 45
DESCRIPTION = 100

# https://docs.discord.com/developers/components/reference#text-input
TEXT_INPUT = 4_000

# https://docs.discord.com/developers/components/reference#string-select
OPTIONS = 25
OPTION = 100  # its label and its value


def units(text: str) -> int:
    """The length of `text` as Discord's clients count it."""
    return len(text) + sum(char > "\uffff" for char in text)
