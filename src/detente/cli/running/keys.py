"""`detente keys show|make|register|rotate|revoke`: who signs for whom, and since when; making and ending officers' keys.

The root key is used here and nowhere else: it signs one entry and is not kept. Revoking needs no root: the station may.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from detente.cli.output import AsJson, answer, guarded, progress, table
from detente.cli.sending import joined, send, sent
from detente.cli.session import Station, StationSession, WaitS, ask, at_station, basis_words, one_of
from detente.cli.times import time_us
from detente.errors import Refused, problem
from detente.storage import private

if TYPE_CHECKING:
    from detente.api.keys import Keys
    from detente.api.sending import Sent
    from detente.ledger.identity import Identity, KeyUse
    from detente.records.parties.officer import Officer as OfficerBody

Id = Annotated[str, typer.Option("--officer", help="Officer, such as watch-2.")]
Root = Annotated[Path, typer.Option("--root", help="File of the party's root key; read once, not kept.")]
Roles = Annotated[list[str] | None, typer.Option("--role", help="Role the officer may act in; repeat. Default: watch.")]
NewRole = Annotated[
    list[str] | None,
    typer.Option("--new-role", help="A role that nobody in this ledger holds yet, and is no slip of the pen; repeat."),
]
Words = Annotated[str, typer.Option("--words", help="Why, in words.")]


def register(app: typer.Typer) -> None:
    """Add the verb and its forms."""
    group = typer.Typer(help="Show, make, register and revoke keys.", no_args_is_help=True, rich_markup_mode=None)
    for name, verb in (
        ("show", show),
        ("make", make),
        ("register", register_officer),
        ("rotate", rotate),
        ("revoke", revoke),
    ):
        group.command(name)(guarded(verb))
    app.add_typer(group, name="keys")


def show(
    folder: Annotated[
        Path | None,
        typer.Option("--folder", "-f", help="Any folder with a genesis: only the keys as founded, offline."),
    ] = None,
    party: Annotated[str | None, typer.Option("--party", help="Only this party's.")] = None,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """List public keys in force, and roles: as the running station has them now, or as founded (--folder)."""
    from detente.api.keys import KeysAsked

    virtual: bool | None = None
    if folder is not None:
        founded, index = _founded(folder), 1
        uses, parties, ledger, host = founded.uses(), founded.parties(), founded.ledger, founded.host_at(index)
        words = "As founded; later changes are in the ledger: ask a running station."
    else:
        with progress("asking the station", as_json):
            found = ask(station, KeysAsked())
        uses, parties, ledger, host = found.keys, found.parties, found.ledger, found.host
        index, virtual, words = found.basis.size, found.basis.virtual, basis_words(found.basis)
    one_of("--party", [party] if party is not None else [], parties, "party of this ledger")
    held = [use for use in uses if use.valid_at(index) and party in (None, use.party)]
    rows = [
        (use.party, use.officer or use.role, ", ".join(use.roles) or "-", f"{use.key[:16]}…", _span(use))
        for use in held
    ]
    value = {"at_index": index, "host": host, "keys": held, "ledger": ledger, "virtual": virtual}
    said: list[RenderableType | None] = [
        f"Ledger {ledger}",
        table(f"{len(rows)} key(s)", ("party", "holder", "roles", "public key", "valid from"), rows),
        "Whole keys: --json.",
        words,
    ]
    answer(value, said, as_json)


def make(officer: Id, station: Station = None, as_json: AsJson = False) -> None:
    """Make an officer's key at a station. It signs nothing before the party's root has registered it."""
    key = _make(_folder(station), officer)
    path = _key_path(_folder(station), officer)
    said = f"Made {path} (mode 0600).\nPublic key {key}\nRegister it: detente keys register --officer {officer} --root FILE"
    answer({"file": str(path), "key": key, "officer": officer}, said, as_json)


def register_officer(
    officer: Id,
    root: Root,
    role: Roles = None,
    new_role: NewRole = None,
    key: Annotated[str | None, typer.Option("--key", help="Public key, if it was made elsewhere.")] = None,
    words: Words = "",
    wait: WaitS = 10,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Register an officer's key: an entry signed by the party's root, for all parties to read."""
    folder = _folder(station)
    with at_station(station) as session:
        _known(session, role, new_role)
        public = key or _public(folder, officer)
        found = _register(session, officer, public, role or ["watch"], root, words, wait)
        answer(joined(found, key=public), sent("Officer entry", found, f"{officer} signs with {public}."), as_json)


def rotate(
    officer: Id,
    root: Root,
    role: Roles = None,
    new_role: NewRole = None,
    words: Words = "",
    wait: WaitS = 10,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Give an officer a new key; the old one ends when the entry is recorded, and its file is set aside."""
    folder = _folder(station)
    with at_station(station) as session:
        _known(session, role, new_role)
        before = _public(folder, officer)
        roles = role or next((list(use.roles) for use in _keys(session).keys if use.key == before), []) or ["watch"]
        path = _key_path(folder, officer)
        aside = folder / "keys" / "ended" / f"{officer}-{before[:16]}.key"
        private.make_folder(aside.parent)
        path.rename(aside)
        try:
            public = _make(folder, officer)
            found = _register(session, officer, public, roles, root, words, wait)
        except BaseException:
            path.unlink(missing_ok=True)
            aside.rename(path)
            raise
        said = sent(
            "Officer entry", found, f"{officer} signs with {public}; {before[:16]}… ends.", f"Set aside: {aside}"
        )
        answer(joined(found, ended=before, key=public), said, as_json)


def revoke(
    officer: Id,
    since: Annotated[
        str | None, typer.Option("--distrust-since", help="Flag what it signed since this time; the key goes on.")
    ] = None,
    words: Words = "",
    wait: WaitS = 10,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """End an officer's key, signed by the station: nothing more is taken from it. With --distrust-since, only flag it."""
    with at_station(station) as session:
        keys = _keys(session)
        held = (use for use in _in_force(keys) if use.party == session.party)
        use = next((found for found in held if found.officer == officer), None)
        if use is None:
            rule = f"must be an officer of {session.party} with a key that is valid now"
            raise Refused([problem("officer", "--officer", officer, rule, "See `detente keys show`.")])
        body = _body(
            session.party,
            officer,
            use.key,
            list(use.roles),
            "revoked" if since is None else "distrusted",
            words,
            None if since is None else time_us(since, "--distrust-since", session.now_us),
        )
        asked = {
            "facets": [{"audience": list(keys.parties), "body": body, "form": "full"}],
            "kind": "officer",
            "officer": "",
        }
        found = send(session, asked, wait, as_json)
        act = "has ended" if since is None else "is flagged"
        answer(found, sent("Officer entry", found, f"The key {use.key[:16]}… of {officer} {act}."), as_json)


def _known(session: StationSession, roles: list[str] | None, new: list[str] | None) -> None:
    """Refuse a role that nobody in the ledger holds and the product does not know, unless it is named as new."""
    from detente.rules.hotline.roles import USUAL, role

    held = {name for use in _in_force(_keys(session)) for name in use.roles}
    step = "Name one of these, or a new one with --new-role too"
    problems = [found for name in roles or () for found in role(name, USUAL | held | set(new or ()), "--role", step)]
    if problems:
        raise Refused(problems)


def _folder(station: Path | None) -> Path:
    from detente.cli.session import find_station

    return find_station(station).folder


def _key_path(folder: Path, officer: str) -> Path:
    from detente.ledger.canonical import is_party_id

    if not is_party_id(officer):
        rule = "officers are [a-z][a-z0-9.-]{0,31}"
        raise Refused([problem("officer", "--officer", officer, rule, "Write it like watch-2.")])
    return folder / "keys" / "officers" / f"{officer}.key"


def _make(folder: Path, officer: str) -> str:
    from detente.ledger.keys import SigningKey
    from detente.wiring.founding import write_seed

    seed = secrets.token_bytes(32)
    write_seed(_key_path(folder, officer), seed)
    return SigningKey.from_seed(seed).public.hex()


def _public(folder: Path, officer: str) -> str:
    from detente.wiring.founding import read_seed

    path = _key_path(folder, officer)
    if not path.is_file():
        rule = "must have a key at this station"
        raise Refused(
            [problem("officer", "--officer", officer, rule, "Make it with `detente keys make`, or give --key.")]
        )
    return read_seed(path).public.hex()


def _body(
    party: str, officer: str, key: str, roles: list[str], state: str, words: str, since_us: int | None = None
) -> OfficerBody:
    from detente.records.parties.officer import Officer, check

    body = Officer(
        distrust_since_us=since_us,
        key=key,
        officer=officer,
        party=party,
        roles=tuple(sorted(set(roles))),
        state=state,  # type: ignore[arg-type]
        words=words,
    )
    problems = check(body)
    if problems:
        raise Refused(problems)
    return body


def _register(
    session: StationSession, officer: str, key: str, roles: list[str], root: Path, words: str, wait_s: int
) -> Sent:
    """Seal an officer entry with the root key here, and hand it to the station ready-made."""
    import msgspec

    from detente.api.sending import SubmittingAsked
    from detente.ledger.entry import Draft, seal
    from detente.ledger.facets import Facet
    from detente.ledger.keys import ExchangeKey
    from detente.records.registry import REGISTRY
    from detente.wiring.founding import read_seed
    from detente.wiring.secret import read_seed as read_seed_bytes

    body = _body(session.party, officer, key, roles, "active", words)
    signer = read_seed(root)
    keys = _keys(session)
    own = ExchangeKey.from_seed(read_seed_bytes(session.folder / "keys" / "exchange.key"))
    exchange = {use.party: use.key for use in _in_force(keys) if use.role == "exchange"}
    tag_keys = {p: own.shared(bytes.fromhex(key)) for p, key in exchange.items() if p != session.party}
    kind, form, data = REGISTRY.write(body)
    facet = Facet(audience=keys.parties, body=msgspec.Raw(data), form=form)
    draft = Draft(
        audience=keys.parties,
        author=session.party,
        facets=(facet, None, None, None),
        kind=kind,
        signed_at_us=session.now_us,
    )
    salts = iter(lambda: secrets.token_bytes(32), b"")
    made = seal(draft, signer, salts, bytes.fromhex(keys.ledger), session.genesis().slots, tag_keys)
    found = session.station.ask(SubmittingAsked(body=msgspec.Raw(msgspec.json.encode(made)), wait_s=wait_s))
    if found.problems:
        step = "Correct it; nothing was recorded."
        raise Refused(problem("host-refused", "officer", officer, said, step) for said in found.problems)
    return found


def _founded(folder: Path) -> Identity:
    from detente.ledger.genesis import read_genesis
    from detente.ledger.identity import Identity

    for path in (folder / "genesis.json", folder / "host" / "genesis.json"):
        if path.is_file():
            return Identity(read_genesis(path.read_bytes().rstrip(b"\n")).genesis)
    rule = "must hold a genesis.json, as the folders that `detente init` makes"
    raise Refused([problem("folder", "--folder", str(folder), rule, "Name the folder of a ledger, host or station.")])


def _keys(session: StationSession) -> Keys:
    from detente.api.keys import KeysAsked

    return session.station.ask(KeysAsked())


def _in_force(keys: Keys) -> list[KeyUse]:
    """Return the keys that sign what is recorded next."""
    return [use for use in keys.keys if use.valid_at(max(1, keys.basis.size))]


def _span(use: KeyUse) -> str:
    end = "" if use.until_index is None else f" until {use.until_index}"
    flag = " DISTRUSTED" if use.distrust_since_us is not None else ""
    return f"index {use.from_index}{end}{flag}"
