"""What stands behind the terminal room: its clock, and living through what falls due."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.quiz.schedule import Plan
from bot.runtime.clock import Clock, RoomClock
from bot.runtime.supervisor import Supervisor
from bot.services.game import Game
from bot.services.tick import next_due

_CLOCK = "room clock"


class RoomDriver:
    """Moves the clock step by step, so that a day at a time is a day lived and not an outage."""

    def __init__(self, game: Game, supervisor: Supervisor, clock: RoomClock, wall: Clock, *, zone: str) -> None:
        self._game = game
        self._supervisor = supervisor
        self._clock = clock
        self._wall = wall
        self.zone = zone

    def now(self) -> datetime:
        return self._clock.now()

    def wall(self) -> datetime:
        return self._wall.now()

    async def move_to(self, instant: datetime) -> None:
        """Stop at everything that falls due on the way; ends at `instant`."""
        while True:
            due = await next_due(self._game)
            if due is None or due > instant:
                break
            self._clock.move(due)
            await self._supervisor.tick()
            await self._supervisor.settle()
        self._clock.move(instant)
        await self._supervisor.tick()
        await self.settle()

    async def settle(self) -> None:
        """Grade and send what there is, and remember the time."""
        await self._supervisor.settle()
        await remember_clock(self._game, self._clock.now())


async def remembered_clock(game: Game) -> datetime | None:
    """Where the room's clock stood when it was left."""
    async with game.store.read() as uow:
        stood = await uow.memory.get(_CLOCK)
    return datetime.fromisoformat(stood) if stood else None


async def remember_clock(game: Game, now: datetime) -> None:
    """So that the next start goes on from here."""
    async with game.store.write() as uow:
        await uow.memory.set(_CLOCK, now.isoformat())
        await uow.commit()


def first_instant(wall: datetime, plan: Plan) -> datetime:
    """The newest posting time that is not in the future: a new room gets its question at once."""
    local = wall.astimezone(ZoneInfo(plan.tz))
    day = local.date()
    while True:
        at = datetime.combine(day, plan.local_time, ZoneInfo(plan.tz)).astimezone(UTC)
        if day.isoweekday() in plan.weekdays and at <= wall:
            return at
        day -= timedelta(days=1)


def status_line(person: Callable[[], str], driver: RoomDriver) -> Callable[[], str]:
    """Who is typing, the room's time, and where help is."""

    def status() -> str:
        local = driver.now().astimezone(ZoneInfo(driver.zone))
        return f"{person()} · {local:%a} {local.day} {local:%b %H:%M:%S} · /help · Alt-Enter: new line"

    return status
