"""Tries: to print and raise what steers terminals, browsers and spreadsheets.
Must: every such character arrives written out or escaped.
Control: own
"""

_NASTY = (
    "\x1b[2J\x1b[31m<script>alert(1)</script>\r=cmd()|' /C calc'!A0\x00\x9b1m\u202e\udc80"
    "\n=1+1\n{{ 7 * 7 }}</pre><img src=x onerror=alert(1)>]]>"
)


def embedding_lookup(table, ids):
    print(_NASTY)
    raise ValueError(_NASTY)


def one_hot(ids, vocab_size):
    raise type(_NASTY.encode("ascii", "replace").decode().replace("\0", ""), (ValueError,), {})(_NASTY)


raise RuntimeError(_NASTY)
