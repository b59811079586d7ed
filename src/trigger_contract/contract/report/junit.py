"""The JUnit report: one test case for each law and operation."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from trigger_contract.contract.report.text import finding_text
from trigger_contract.contract.summary import Summary

# XML 1.0, section 2.2: these characters cannot stand in a document, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(summary: Summary) -> str:
    """Return the report as XML."""
    suite = ElementTree.Element("testsuite", name="contract")
    failures = skipped = errors = 0
    for outcome in summary.outcomes:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=outcome.operation,
            name=outcome.law,
            time=f"{outcome.seconds:.4f}",
        )
        state = summary.state(outcome)
        text = "\n\n".join(
            finding_text(item, outcome.repeats.get(item.fingerprint, 1)) for item in outcome.findings
        )
        if state == "failed":
            failures += 1
            message = outcome.findings[0].message if outcome.findings else f"not exercised: {outcome.reason}"
            failure = ElementTree.SubElement(case, "failure", message=_clean(message), type=outcome.law)
            failure.text = _clean(text)
        elif state in ("not exercised", "not run"):
            skipped += 1
            ElementTree.SubElement(case, "skipped", message=_clean(f"{state}: {outcome.reason}"))
        elif state == "not judged":
            errors += 1
            ElementTree.SubElement(case, "error", message=_clean(outcome.reason), type=outcome.law)
        elif text:
            ElementTree.SubElement(case, "system-out").text = _clean(f"{state}:\n{text}")
    for deviation in (*summary.comparison.gone, *summary.comparison.expired):
        failures += 1
        case = ElementTree.SubElement(
            suite, "testcase", classname="known deviations", name=deviation.fingerprint
        )
        message = "known, but gone or expired: correct the list of known deviations"
        ElementTree.SubElement(case, "failure", message=message, type="known deviations")
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(failures))
    suite.set("errors", str(errors))
    suite.set("skipped", str(skipped))
    suite.set("time", f"{summary.seconds:.3f}")
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
