"""A rule of genesis that nothing reads is refused at founding: the list of names is what is read, no more and no less."""

from __future__ import annotations

import re
from pathlib import Path

import detente
from detente.node.station.state import STATED
from detente.records.notices.lead import least_lead_us
from detente.records.notices.notice import Activity
from detente.rules.hotline.ladder import ladder_terms
from detente.rules.hotline.rule_names import NAMES

READ = re.compile(r"""rules\.get\("([a-z_]+_(?:us|mm))"|\"(lateness_us)\"""")


def test_every_rule_that_is_read_anywhere_can_be_stated_and_no_other():
    """Misspelt, a ladder's time was taken into genesis for good and read by nobody."""
    source = Path(detente.__file__).parent
    read = {name for path in source.rglob("*.py") for found in READ.findall(path.read_text()) for name in found if name}
    leads = {name for name in NAMES if name.startswith("lead_")}
    assert read | ladder_terms() | leads | set(STATED) == NAMES


def test_each_class_of_activity_has_the_lead_time_that_its_rule_states():
    """`lead_<class>_us` and `lead_<class>_emergency_us`, with underscores."""
    for activity in Activity:
        for emergency, kind in ((False, ""), (True, "_emergency")):
            name = f"lead_{activity.value.replace('-', '_')}{kind}_us"
            assert name in NAMES
            assert least_lead_us(activity, emergency=emergency, rules={name: 7}) == 7
