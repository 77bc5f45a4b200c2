"""`quizbot slack-manifest`: all that Slack must know of the bot."""

import json

import click
import yaml

from bot.platforms.slack.manifest import manifest


@click.command("slack-manifest")
@click.option("--name", default="Interview Quiz", show_default=True, help="What the app and its bot are called.")
@click.option("--http", "http_url", metavar="URL", help="Slack reaches the bot there, instead of Socket Mode.")
@click.option("--several", is_flag=True, help="Several workspaces install it, by OAuth; its tokens rotate.")
@click.option("--install-url", metavar="URL", help="With --several in Socket Mode: where the install page is.")
@click.option("--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True)
def slack_manifest(name: str, http_url: str | None, several: bool, install_url: str | None, form: str) -> None:
    """Print the manifest to paste at https://api.slack.com/apps under Create New App, From a manifest."""
    for address in filter(None, (http_url, install_url)):
        if not address.startswith("https://"):
            raise click.UsageError(f"{address} is not an address that Slack takes: it starts with https://")
    if several and not (http_url or install_url):
        raise click.UsageError("--several needs the bot's public address: add --http URL or --install-url URL")
    made = manifest(name, http_url=http_url, several=several, install_url=install_url)
    text = json.dumps(made, indent=2) if form == "json" else yaml.safe_dump(made, sort_keys=False, width=110)
    click.echo(text.rstrip())
