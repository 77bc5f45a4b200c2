"""What can be earned without saying anything. Run: python -m tests.benchmarks.gaming

Tricks on honest answers of the labelled test part, for both graders. Rises are points of 100 above what the honest
text earns: on average, at worst, and how many answers rise by more than two.
"""

import argparse

from rich.console import Console
from rich.table import Table

from tests.gaming import RISES, SHARES, Rise, Share, remembering, sample
from tests.graders import NAMES, grader


def _rise(figure: Rise) -> tuple[str, ...]:
    return f"{figure.mean:+.2f}", f"{figure.worst:+.1f}", f"{figure.often:.1%}", str(figure.count)


def _share(figure: Share) -> tuple[str, ...]:
    return f"{figure.share:.2%}", str(figure.count)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.gaming", description=__doc__)
    parser.add_argument("--answers", type=int, default=120, help="honest answers to try it on")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    honest = sample(given.answers, seed=given.seed)
    titles = [f"{name}: {what}" for name in NAMES for what in ("mean", "worst", "> 2", "n")]
    rises, shares = Table("trick", *titles), Table("of", *(f"{name}: {w}" for name in NAMES for w in ("changed", "n")))
    judges = [remembering(grader(name)) for name in NAMES]
    for measure in RISES:
        found = [cell for judge in judges for cell in _rise(measure(judge, honest))]
        rises.add_row(measure.__name__.replace("_", " "), *found)
    for share in SHARES:
        found = [cell for judge in judges for cell in _share(share(judge, honest))]
        shares.add_row(share.__name__.replace("_", " "), *found)
    Console().print(rises, shares)


if __name__ == "__main__":
    main()
