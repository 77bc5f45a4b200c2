"""Whether an address can be what it should be, without asking the network."""

import re
from urllib.parse import urlsplit

_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+\Z")
_FRAGMENT = re.compile(r"[\w.:~/=,+-]+\Z")
_PYTHON_DOCS = re.compile(r"/(?:[a-z]{2}(?:-[a-z]{2})?/)?3(?:\.\d{1,2})?/(?:[\w./-]+\.html)?\Z")
_PEP = re.compile(r"/pep-\d{4}/\Z")


def fault_of(address: str) -> str | None:
    """What is wrong with an address, such as `has an empty anchor`; None where its form is right.

    The anchors of docs.python.org are Sphinx's: `term-…`, `module-…`, a dotted name, or a heading in kebab-case.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return "is no address"
    if parts.scheme != "https" or not _HOST.match(host):
        return "names no host by https://"
    if re.search(r"\s", address):
        return "has a space in it"
    if address.endswith("#"):
        return "has an empty anchor"
    if parts.fragment and not _FRAGMENT.match(parts.fragment):
        return "has an anchor that no page has"
    if host == "docs.python.org" and not _PYTHON_DOCS.match(parts.path):
        return "is no page of the Python documentation, such as /3.15/library/threading.html"
    if host == "peps.python.org" and parts.path.startswith("/pep-") and not _PEP.match(parts.path):
        return "is no PEP, such as /pep-0703/"
    return None
