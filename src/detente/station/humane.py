"""Local endpoints on humanitarian notifications: go / hold, the register of own sites, hits; and the refusal to share against consent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from detente.errors import Refused, problem
from detente.picture.go_board import movements, sites
from detente.station.asked import Asked
from detente.station.asking import OwnQuestions
from detente.station.drafting import SendAsked
from detente.station.http import Answer, Request, json_answer


def routes(api: Asked, own: OwnQuestions) -> dict[tuple[str, str], Callable[[Request], Awaitable[Answer]]]:
    """Return the routes of this part of the local listener."""

    async def board(request: Request) -> Answer:
        """Own movements with what holds each, own sites with how far each entry can be relied on."""
        now_us, party = api.engine.now_us, api.state.me.party
        rules = api.state.me.genesis.rules
        found = movements(api.picture, party, now_us, rules)
        return json_answer(
            {
                "basis": api.basis(),
                "movements": [
                    {**msgspec.to_builtins(one), "unscreened": _unscreened(api, own, one.version)} for one in found
                ],
                "sites": sites(api.picture, party, now_us),
            }
        )

    async def hits(request: Request) -> Answer:
        """Every report set beside a notified place that we may read, denials beside them."""
        rows = []
        for hit in api.picture.humane.hits():
            live = api.picture.airspace.get(hit.notice)
            entry = api.picture.heads.entry(hit.entry)
            rows.append(
                {
                    **msgspec.to_builtins(hit),
                    "at_us": entry.received_at_us if entry is not None else None,
                    "author": live.author if live is not None else None,
                    "words": hit.sentence(),
                }
            )
        return json_answer({"basis": api.basis(), "hits": rows})

    return {("GET", "/local/board"): board, ("GET", "/local/hits"): hits}


def _unscreened(api: Asked, own: OwnQuestions, version: str) -> dict[str, str]:
    """Say for each party that did not screen a version why, as far as we can know."""
    answers = api.picture.screenings.of(version, api.engine.now_us)
    return {a.party: why for a in answers if (why := own.why(version, a))}


def refuse_forbidden(api: Asked, asked: SendAsked) -> None:
    """Refuse to share a notice, or what says where it is, with a party that its owner's consent leaves out."""
    named = {*asked.audience, *asked.coarse_to, *(p for facet in asked.facets for p in facet.audience)}
    abouts = [asked.supersedes] if asked.supersedes else []
    abouts += asked.refers_to
    for facet in asked.facets:
        if asked.kind.partition("/")[0] == "disclosure":
            about = msgspec.json.decode(bytes(facet.body), type=_About).about
            abouts += [about] if about else []
    if asked.kind.partition("/")[0] not in ("disclosure", "notice"):
        return
    for about in abouts:
        barred = sorted(api.picture.humane.forbidden(about) & named)
        if barred:
            rule = "must not be shared with it: its owner's consent leaves it out"
            raise Refused(
                [problem("consent", "audience", ", ".join(barred), rule, "Leave it out, or ask the owner again")]
            )


class _About(msgspec.Struct):
    about: str = ""
