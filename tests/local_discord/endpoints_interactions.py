"""Requests with the token of an interaction: the callback, follow-ups and edits."""

from tests.local_discord import wire
from tests.local_discord.interactions import Interaction
from tests.local_discord.refusal import Payload, unknown_interaction, unknown_webhook
from tests.local_discord.routing import DONE, Answer, Call, Routes

routes = Routes()

HOOK = "/webhooks/{webhook_id}/{webhook_token}"
MESSAGE = HOOK + "/messages/{message_id}"


@routes.on("POST", "/interactions/{interaction_id}/{interaction_token}/callback", token_in_path=True)
async def respond(call: Call) -> Answer:
    interaction = call.home.interactions.get(call.params["interaction_token"])
    if interaction is None or str(interaction.id) != call.params["interaction_id"]:
        raise unknown_interaction()
    interaction.respond(int(call.body.get("type") or 0), call.body.get("data") or {})
    if call.query.get("with_response", "").lower() in ("1", "true"):
        return Answer(200, interaction.callback_payload())
    return DONE


def _interaction(call: Call) -> Interaction:
    interaction = call.home.interactions.get(call.params["webhook_token"])
    if interaction is None or str(interaction.app.id) != call.params["webhook_id"]:
        raise unknown_webhook()
    return interaction


@routes.on("POST", HOOK, token_in_path=True)
async def follow_up(call: Call) -> Payload:
    return wire.message(_interaction(call).follow_up(call.body))


@routes.on("GET", MESSAGE, token_in_path=True)
async def get(call: Call) -> Payload:
    return wire.message(_interaction(call).find(call.params["message_id"]))


@routes.on("PATCH", MESSAGE, token_in_path=True)
async def edit(call: Call) -> Payload:
    return wire.message(_interaction(call).edit(call.params["message_id"], call.body))


@routes.on("DELETE", MESSAGE, token_in_path=True)
async def delete(call: Call) -> Answer:
    _interaction(call).find(call.params["message_id"]).delete()
    return DONE
