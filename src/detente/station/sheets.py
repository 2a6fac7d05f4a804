"""The local listener's answers for the status sheet of an agreement, and for the counts of days in it."""

from __future__ import annotations

from detente.agreements.readings.of_agreement import counted
from detente.agreements.sheet import sheet
from detente.agreements.words.vocabulary import vocabulary_of
from detente.errors import Refused, problem
from detente.station.agreeing import AgreementsApi
from detente.station.http import Answer, Request, json_answer


class SheetsApi(AgreementsApi):
    """The handlers, by name. Whose picture, and of when, is asked as for verdicts."""

    async def sheet(self, request: Request) -> Answer:
        """The status sheet of one agreement, in words."""
        view = self._view(request)
        found = self._agreement(view, request.rest)
        made = sheet(
            found,
            view.agreements.book,
            view.at_us,
            viewer=view.party,
            size=view.size,
            virtual=bool(self.basis()["virtual"]),
            names=self._names(),
        )
        return json_answer({"basis": self.basis(), "seen": view.seen, "sheet": made})

    async def counts(self, request: Request) -> Answer:
        """The terms of one agreement that count days, each with the events that this viewer's entries give: what `simulate` takes."""
        view = self._view(request)
        found = self._agreement(view, request.rest)
        words = vocabulary_of(found.body, self._names())
        made = [one for live in found.live.values() if (one := counted(found, live, words)) is not None]
        if not made:
            rule = "has no term that counts days"
            step = f"Its terms: {', '.join(found.live) or 'none'}."
            raise Refused([problem("agreement", "agreement", request.rest, rule, step)])
        return json_answer({"at_us": view.at_us, "basis": self.basis(), "counts": made, "seen": view.seen})

    def _names(self) -> dict[str, str]:
        return {party.party: party.name for party in self.picture.directory.parties()}
