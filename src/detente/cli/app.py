"""Gathers the verbs. A verb lives in the module of its name, and is a function that takes typed options and says its answer.

A verb's module is imported when the verb is asked for, so that starting stays quick. What the parser itself refuses (a
missing option, a word for a number) is said in the same way as every other refusal: field, value, rule, next step.
"""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from detente import __version__
from detente.cli.quick import quick, quicken

VERBS: dict[str, tuple[str, str]] = {
    "demo": ("running.replay", "Play a real case, then leave its host and stations up to be tried."),
    "replay": ("running.replay", "Play a case through real processes and show what would have been caught."),
    "init": ("running.init", "Found a ledger: keys, signed genesis, a folder for the host and for each station."),
    "agreement": ("agreements.agreement", "Agreements: terms as data, who says what of them, and what follows."),
    "keys": ("running.keys", "Show, make, register and revoke keys."),
    "host": ("running.processes", "Run the host of a ledger."),
    "station": ("running.processes", "Run a party's station."),
    "status": ("running.status", "Say where a station stands: size, age, host, peers, queue."),
    "alarms": ("running.status", "List what a station has found wrong with its host or peers."),
    "watch": ("hotline.watch", "Say who is on watch, which ladders climb and whom they call next, what is held."),
    "roster": ("hotline.roster", "Show who is on watch in which role, and the gaps; enter a roster."),
    "channel": ("hotline.channel", "Show the lines as measured; enter a line, or a test of one."),
    "handover": ("hotline.handover", "Draw a note of what is open; sign it as the shift that leaves or comes."),
    "approve": ("hotline.approve", "Show what is held for approval; approve, dissent, withdraw; set what needs it."),
    "waiting": ("notices.waiting", "List what waits for whose answer."),
    "notice": ("notices.notice", "Tell others where and when something of yours will be."),
    "notices": ("notices.notices", "List the live notices that you may read."),
    "respond": ("notices.respond", "Answer an entry: acknowledge, read back, pass on, comply, reject."),
    "delivery": (
        "notices.delivery",
        "Show how far an entry came at each recipient, down to the acting unit: each step, its time and latency.",
    ),
    "matrix": ("notices.delivery", "Show who should have each notice, who has it, and who never can."),
    "doubt": ("notices.doubt", "Flag a private doubt about an own notice."),
    "call": ("hotline.call", "A voice call as an object: words to speak, read-back, log, countersign, list."),
    "message": ("hotline.message", "Send a message: routine, priority, urgent or stop."),
    "change": (
        "notices.change",
        "State that a truce, line, zone or owner changed: what rests on it is found and warned of.",
    ),
    "endangered": ("notices.endangered", "List what changes endanger, the soonest first, and who has answered afresh."),
    "meeting": ("agreements.meeting", "Recurring reviews: agenda drawn, minutes, points that all sign, actions."),
    "permission": ("agreements.permission", "A host's permission for a guest's activity: ask, offer, accept, show."),
    "lifeline": ("protection.lifeline", "A facility kept open: guarantor, tasks, rules of safe passage."),
    "stop": ("hotline.stop", "Ask others to stop something; its clock runs until they comply or reject."),
    "duress": ("hotline.duress", "Show an officer the quiet words that are meant for its role."),
    "phrase": ("hotline.phrase", "Standard phrases of the line in English, Russian and Arabic."),
    "measures": ("hotline.measures", "Kinds of incident and near miss: what to note, what has worked, a real case."),
    "import": ("protection.import_", "Notify sites or movements from a CSV or XLSX file; every bad row is reported."),
    "board": ("protection.board", "Say what holds each own movement back; how far own sites can be relied on."),
    "movement": ("protection.movement", "Delay, reroute, cancel, start or end an own movement; or ask for approval."),
    "coordinate": ("protection.coordinate", "Answer a request for approval; a notification needs none."),
    "hits": ("protection.hits", "List notified places and movements that are reported hit."),
    "presence": ("notices.presence", "Keep or show where own people are; it never leaves the station."),
    "conflicts": ("notices.conflicts", "List notices that come too close, and why."),
    "show": ("entries.show", "Show one entry, and what became of it at each recipient."),
    "log": ("entries.log", "List entries in order of the ledger."),
    "known": ("evidence.known", "Say what a party knew at a time, with the evidence for it."),
    "disclose": ("entries.disclose", "Open a part of an own entry to more readers, provably the part committed to."),
    "erase": ("entries.erase", "Destroy what an own entry says; its leaf and proofs stay."),
    "end-for": ("entries.end_for", "End an own thread for readers whom a newer version left out."),
    "dismiss": ("entries.dismiss", "Let an entry go that the host refused, once an officer has seen it."),
    "bundle": ("evidence.bundle", "Write the investigator's file."),
    "verify": ("evidence.verify", "Check an investigator's file with the separate verifier."),
    "export": (
        "evidence.export",
        "Write notices as GeoJSON, entries as JSON lines, or a signed register of protected places.",
    ),
    "daily-report": ("evidence.daily_report", "Write a monitor's report of one day, as Markdown and as one HTML page."),
    "evidence": ("evidence.evidence", "Read event data as reports with their sources; count support by origins."),
    "place": ("places.place", "Compare the ways in which a place was stated."),
    "time": ("stated_time", "Say every instant that a time may mean as somebody stated it."),
    "monitor": (
        "agreements.monitor",
        "Find what rules say of a log of events, each verdict with its time and bindings.",
    ),
    "simulate": (
        "agreements.simulate",
        "If nothing more happens, when is it due, under each reading; and what would it take?",
    ),
    "status-sheet": (
        "agreements.status_sheet",
        "Write where an agreement stands: per term, per reading, per party, in words and in deeds.",
    ),
    "check-verdict": ("agreements.check_verdict", "Accept or refuse the proofs of verdicts from the log alone."),
    "near": ("protection.near", "Say from a register, offline, whether a point is inside or near a protected place."),
    "overlap": ("places.overlap", "Tell whether two volumes come too close; why, and what parts them."),
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
            importlib.import_module(f"detente.cli.{VERBS[cmd_name][0]}").register(holder)
            for name, command in typer.main.get_group(holder).commands.items():
                quicken(command)
                self.commands.setdefault(name, command)
        return self.commands.get(cmd_name)

    def get_params(self, ctx: Any) -> Any:
        """Return the options before any verb."""
        return [quick(parameter) for parameter in super().get_params(ctx)]

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
    from detente.cli.output import fail
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
    """Run the command line. What is left at the end is not looked through for garbage: that is a tenth of a short verb."""
    try:
        app()
    finally:
        gc.freeze()
