"""What the columns of rosters and tables are called that tell who a row is about."""

from __future__ import annotations

import re
import unicodedata

IDS = (
    "rosteridentifier",
    "identifier",
    "id",
    "sid",
    "studentid",
    "studentnumber",
    "matrikelnummer",
    "idnumber",
    "sisuserid",
    "userid",
)
LOGINS = ("username", "login", "loginid", "sisloginid", "githubusername", "user", "anmeldename")
EMAILS = ("email", "emailaddress", "mail", "emailadresse")
NAMES = ("name", "fullname", "studentname", "student", "sortablename", "displayname", "vollständigername")
FIRST = ("firstname", "givenname", "first", "vorname")
LAST = ("lastname", "surname", "familyname", "last", "nachname")
GROUPS = ("group", "groupname", "team")
REPOSITORIES = ("studentrepositoryname", "repository", "repositoryname")
KNOWN = (*IDS, *LOGINS, *EMAILS, *NAMES, *FIRST, *LAST, *GROUPS, *REPOSITORIES)
"""All of them, as `normalize_heading` gives them; of each kind the surest first."""


def normalize_heading(text: str) -> str:
    """A heading or a name without what platforms change in it: case, spaces, punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())
