"""`klik`: the command line. A command's module is imported when it is called, so that `klik --help` answers at once."""

import importlib
from typing import Any

import click

from api.commands.refusal import told_refusals

# command: (module, attribute, what it does)
COMMANDS = {
    "serve": ("api.commands.serve", "serve", "Start the web processes and the worker together."),
    "worker": ("api.commands.worker", "worker", "Start only a worker."),
    "demo": ("api.commands.demo", "demo", "Play a small day and show who got whom, and why."),
    "match": ("api.commands.match", "match", "Match the contacts of a file with the employees of another."),
    "replay": ("api.commands.replay", "replay", "Send a log of real contacts through the router."),
    "train": ("api.commands.train", "train", "Learn from outcomes who fits whom."),
    "score": ("api.commands.score", "score", "Score every customer with every employee."),
    "evaluate": ("api.commands.evaluate", "evaluate", "Judge by later outcomes whether what was learnt helps."),
    "classifiers": ("api.commands.classifiers", "classifiers", "Learn from the store's outcomes; promote, roll back."),
    "assign": ("api.commands.assign", "assign", "Solve an assignment problem, numbers only."),
    "portfolio": ("api.commands.portfolio", "portfolio", "Give every customer of a file an account employee."),
    "import": ("api.commands.imports", "imports", "Take over a file of employees."),
    "profiles": ("api.commands.profiles", "profiles", "Tag staff by a file, and see how far it is profiled."),
    "framework": ("api.commands.framework", "framework", "Check and list frameworks of value systems."),
    "rules": ("api.commands.rules", "rules", "Check, rehearse, publish and roll back rule sets."),
    "prices": ("api.commands.prices", "prices", "See what employees' time is worth, where rules hold contacts."),
    "key": ("api.commands.keys", "key", "Create, list and revoke API keys."),
    "db": ("api.commands.database", "db", "Bring the database up to date."),
    "config": ("api.commands.config", "config", "Show the settings and where they come from."),
    "doctor": ("api.commands.doctor", "doctor", "Look whether everything is in order, and say what to do."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # as above
        """The command itself."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # as above
        """The table as help, without importing any command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; errors of Klik's own become a message and exit code 1."""
        with told_refusals(ctx):
            return super().invoke(ctx)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(package_name="klik", message="klik %(version)s")
def main() -> None:
    """Klik matches customers and employees.

    Settings are KLIK_… variables: see `klik config show`. Exit codes: 0 done, 1 refused or failed, 2 wrong usage.

    \b
    Example:
      klik serve
      klik match --contacts contacts.csv --employees employees.csv --out assignments.csv
    """


if __name__ == "__main__":
    main()
