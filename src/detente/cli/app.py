"""Gathers the verbs. A verb lives in the module of its name, and is a function that takes typed options and says its answer.

A verb's module is imported when the verb is asked for, so that starting stays quick. What the parser itself refuses (a
missing option, a word for a number) is said in the same way as every other refusal: field, value, rule, next step.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from detente import __version__

VERBS: dict[str, tuple[str, str]] = {
    "demo": ("detente.cli.replay", "Play a real case, then leave its host and stations up to be tried."),
    "replay": ("detente.cli.replay", "Play a case through real processes and show what would have been caught."),
    "init": ("detente.cli.init", "Found a ledger: keys, signed genesis, a folder for the host and for each station."),
    "agreement": ("detente.cli.agreement", "Agreements: terms as data, who says what of them, and what follows."),
    "keys": ("detente.cli.keys", "Show, make, register and revoke keys."),
    "host": ("detente.cli.processes", "Run the host of a ledger."),
    "station": ("detente.cli.processes", "Run a party's station."),
    "status": ("detente.cli.status", "Say where a station stands: size, age, host, peers, queue."),
    "alarms": ("detente.cli.status", "List what a station has found wrong with its host or peers."),
    "watch": ("detente.cli.watch", "Say who is on watch, which ladders climb and whom they call next, what is held."),
    "roster": ("detente.cli.roster", "Show who is on watch in which role, and the gaps; enter a roster."),
    "channel": ("detente.cli.channel", "Show the lines as measured; enter a line, or a test of one."),
    "handover": ("detente.cli.handover", "Draw a note of what is open; sign it as the shift that leaves or comes."),
    "approve": (
        "detente.cli.approve",
        "Show what is held for approval; approve, dissent, withdraw; set what needs it.",
    ),
    "waiting": ("detente.cli.waiting", "List what waits for whose answer."),
    "notice": ("detente.cli.notice", "Tell others where and when something of yours will be."),
    "notices": ("detente.cli.notices", "List the live notices that you may read."),
    "respond": ("detente.cli.respond", "Answer an entry: acknowledge, read back, pass on, comply, reject."),
    "delivery": (
        "detente.cli.delivery",
        "Show how far an entry came at each recipient, down to the acting unit: each step, its time and latency.",
    ),
    "matrix": ("detente.cli.delivery", "Show who should have each notice, who has it, and who never can."),
    "doubt": ("detente.cli.doubt", "Flag a private doubt about an own notice."),
    "call": ("detente.cli.call", "A voice call as an object: words to speak, read-back, log, countersign, list."),
    "message": ("detente.cli.message", "Send a message: routine, priority, urgent or stop."),
    "change": (
        "detente.cli.change",
        "State that a truce, line, zone or owner changed: what rests on it is found and warned of.",
    ),
    "endangered": (
        "detente.cli.endangered",
        "List what changes endanger, the soonest first, and who has answered afresh.",
    ),
    "meeting": ("detente.cli.meeting", "Recurring reviews: agenda drawn, minutes, points that all sign, actions."),
    "permission": ("detente.cli.permission", "A host's permission for a guest's activity: ask, offer, accept, show."),
    "lifeline": ("detente.cli.lifeline", "A facility kept open: guarantor, tasks, rules of safe passage."),
    "stop": ("detente.cli.stop", "Ask others to stop something; its clock runs until they comply or reject."),
    "duress": ("detente.cli.duress", "Show an officer the quiet words that are meant for its role."),
    "phrase": ("detente.cli.phrase", "Standard phrases of the line in English, Russian and Arabic."),
    "measures": (
        "detente.cli.measures",
        "Kinds of incident and near miss: what to note, what has worked, a real case.",
    ),
    "import": ("detente.cli.import_", "Notify sites or movements from a CSV or XLSX file; every bad row is reported."),
    "board": ("detente.cli.board", "Say what holds each own movement back; how far own sites can be relied on."),
    "movement": ("detente.cli.movement", "Delay, reroute, cancel, start or end an own movement; or ask for approval."),
    "coordinate": ("detente.cli.coordinate", "Answer a request for approval; a notification needs none."),
    "hits": ("detente.cli.hits", "List notified places and movements that are reported hit."),
    "presence": ("detente.cli.presence", "Keep or show where own people are; it never leaves the station."),
    "conflicts": ("detente.cli.conflicts", "List notices that come too close, and why."),
    "show": ("detente.cli.show", "Show one entry, and what became of it at each recipient."),
    "log": ("detente.cli.log", "List entries in order of the ledger."),
    "known": ("detente.cli.known", "Say what a party knew at a time, with the evidence for it."),
    "disclose": (
        "detente.cli.disclose",
        "Open a part of an own entry to more readers, provably the part committed to.",
    ),
    "erase": ("detente.cli.erase", "Destroy what an own entry says; its leaf and proofs stay."),
    "end-for": ("detente.cli.end_for", "End an own thread for readers whom a newer version left out."),
    "dismiss": ("detente.cli.dismiss", "Let an entry go that the host refused, once an officer has seen it."),
    "bundle": ("detente.cli.bundle", "Write the investigator's file."),
    "verify": ("detente.cli.verify", "Check an investigator's file with the separate verifier."),
    "export": (
        "detente.cli.export",
        "Write notices as GeoJSON, entries as JSON lines, or a signed register of protected places.",
    ),
    "daily-report": (
        "detente.cli.daily_report",
        "Write a monitor's report of one day, as Markdown and as one HTML page.",
    ),
    "evidence": ("detente.cli.evidence", "Read event data as reports with their sources; count support by origins."),
    "place": ("detente.cli.place", "Compare the ways in which a place was stated."),
    "time": (
        "detente.cli.stated_time",
        "Say every instant that a time may mean as somebody stated it.",
    ),
    "monitor": (
        "detente.cli.monitor",
        "Find what rules say of a log of events, each verdict with its time and bindings.",
    ),
    "simulate": (
        "detente.cli.simulate",
        "If nothing more happens, when is it due, under each reading; and what would it take?",
    ),
    "status-sheet": (
        "detente.cli.status_sheet",
        "Write where an agreement stands: per term, per reading, per party, in words and in deeds.",
    ),
    "check-verdict": ("detente.cli.check_verdict", "Accept or refuse the proofs of verdicts from the log alone."),
    "near": ("detente.cli.near", "Say from a register, offline, whether a point is inside or near a protected place."),
    "overlap": ("detente.cli.overlap", "Tell whether two volumes come too close; why, and what parts them."),
}
"""Each verb: the module that holds it (it has `register(app)`), and what the verb is for."""


class Verbs(TyperGroup):
    """The group of all verbs; each is imported when it is first needed."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the verbs, in the order in which a newcomer meets them."""
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import a verb."""
        if cmd_name in VERBS and cmd_name not in self.commands:
            holder = typer.Typer(rich_markup_mode=None, add_completion=False)
            importlib.import_module(VERBS[cmd_name][0]).register(holder)
            for name, command in typer.main.get_group(holder).commands.items():
                self.commands.setdefault(name, command)
        return self.commands.get(cmd_name)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the verbs without importing them."""
        with formatter.section("Verbs"):
            formatter.write_dl([(name, says) for name, (_, says) in VERBS.items()])

    def main(self, args: Sequence[str] | None = None, *rest: Any, **more: Any) -> Any:
        """Run; a fault that the parser finds is said like any other refusal."""
        from typer.exceptions import TyperException

        run: Any = super().main
        if not more.pop("standalone_mode", True):
            return run(args, *rest, **more, standalone_mode=False)
        asked = list(sys.argv[1:] if args is None else args)
        try:
            left = run(args, *rest, **more, standalone_mode=False)
        except TyperException as error:
            sys.exit(_usage(error, asked))
        except typer.Abort:
            sys.exit(130)
        sys.exit(left if isinstance(left, int) else 0)


def _usage(error: Any, asked: list[str]) -> int:
    from detente.cli.say import fail
    from detente.errors import REFUSED, Refused, problem

    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "detente"
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return REFUSED
    parameter = getattr(error, "param", None)
    option = getattr(error, "option_name", None)
    names = [*parameter.opts] if parameter is not None else [option] if option else []
    field = next((name for name in names if name.startswith("--")), names[0] if names else "command line")
    rule = str(error.format_message()).rstrip(".")
    fault = problem("usage", field, "", rule[:1].lower() + rule[1:], f"See `{path} --help`.")
    try:
        fail(Refused([fault]), "--json" in asked)
    except typer.Exit as ended:
        return int(ended.exit_code)


app = typer.Typer(
    cls=Verbs,
    name="detente",
    help="Keep parties who do not trust each other out of each other's way, and prove afterwards who told whom what and when.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"detente {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Take what stands before any verb."""


def main() -> None:
    """Run the command line."""
    app()
