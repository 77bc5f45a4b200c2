"""Who may use `/quiz-admin`: by the platform's permissions, or because a lead named them."""

from dataclasses import dataclass

from bot.chat.event import Event
from bot.services.facts import NotALead, NothingSaid, NotNamed
from bot.services.game import Game


@dataclass(frozen=True, slots=True)
class Leads:
    """Those named in this workspace: external id and name. `news` is what just changed, or empty."""

    named: tuple[tuple[str, str], ...]
    news: str = ""


async def require_lead(game: Game, event: Event) -> None:
    """Raises `NotALead`."""
    if event.person.leads:
        return
    async with game.store.read() as uow:
        if not await uow.leads.named(event.place, event.person.external_id):
            raise NotALead


async def leads(game: Game, event: Event) -> Leads:
    """`/quiz-admin lead`."""
    async with game.store.read() as uow:
        return Leads(tuple(await uow.leads.all(event.place)))


async def name_lead(game: Game, event: Event, person: str | None) -> Leads:
    """`/quiz-admin lead add @ana`. Raises `NothingSaid`."""
    external_id, name = _person(person, "add")
    async with game.store.write() as uow:
        await uow.leads.add(await uow.teams.workspace(event.place, now=event.at), external_id, name)
        named = tuple(await uow.leads.all(event.place))
        await uow.commit()
    return Leads(named, f"{name} may use /quiz-admin now.")


async def unname_lead(game: Game, event: Event, person: str | None) -> Leads:
    """`/quiz-admin lead remove @ana`. Raises `NothingSaid`, `NotNamed`."""
    external_id, name = _person(person, "remove")
    async with game.store.write() as uow:
        if not await uow.leads.remove(await uow.teams.workspace(event.place, now=event.at), external_id):
            raise NotNamed(name)
        named = tuple(await uow.leads.all(event.place))
        await uow.commit()
    return Leads(named, f"{name} may not use /quiz-admin any more, unless the platform's own permissions allow it.")


def _person(text: str | None, word: str) -> tuple[str, str]:
    """Platforms write a person as `id|name`; where people have no ids the name is one."""
    if not text or not text.strip("@ "):
        raise NothingSaid(f"/quiz-admin lead {word}", f"/quiz-admin lead {word} @ana")
    external_id, _, name = text.strip("@ ").partition("|")
    return external_id, name or external_id
