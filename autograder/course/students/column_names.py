"""What the columns of rosters and tables are called that tell who a row is about."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

IDS = (
    *("rosteridentifier", "identifier", "id", "sid", "studentid", "studentnumber", "idnumber", "sisuserid", "userid"),
    *("matrikelnummer", "matrikelnr", "numérodétudiant", "numéroétudiant", "identifiant", "identificador"),
    *("iddealumno", "matrícula", "matricola", "studentnummer", "学号", "标识符"),
)
LOGINS = (
    *("username", "login", "loginid", "sisloginid", "githubusername", "user", "anmeldename", "benutzername"),
    *("nomdutilisateur", "nombredeusuario", "usuario", "nomeutente", "nomedeusuário", "gebruikersnaam", "用户名"),
)
EMAILS = (
    *("email", "emailaddress", "mail", "emailadresse", "courriel", "adressedecourriel", "adresseemail", "correo"),
    *("correoelectrónico", "direccióndecorreo", "indirizzoemail", "endereçodeemail", "mailadres", "emailadres"),
    *("邮箱", "电子邮件", "电子邮件地址"),
)
NAMES = (
    *("name", "fullname", "studentname", "student", "sortablename", "displayname", "vollständigername"),
    *("nomcomplet", "nom", "nombrecompleto", "nombre", "nomecompleto", "nome", "volledigenaam", "naam", "姓名", "全名"),
)
FIRST = ("firstname", "givenname", "first", "vorname", "prénom", "prenom", "voornaam", "名")
LAST = (
    *("lastname", "surname", "familyname", "last", "nachname", "nomdefamille", "apellidos", "apellido", "cognome"),
    *("sobrenome", "apelido", "achternaam", "姓"),
)
GROUPS = ("group", "groupname", "team")
REPOSITORIES = ("studentrepositoryname", "repository", "repositoryname")
KNOWN = (*IDS, *LOGINS, *EMAILS, *NAMES, *FIRST, *LAST, *GROUPS, *REPOSITORIES)
"""All of them, as `normalize_heading` gives them; of each kind the surest first."""


_HALVES = {
    **{first: (("name", "nom", "naam"), "lastname") for first in ("vorname", "prénom", "prenom", "voornaam")},
    **{
        last: (("nombre", "nome"), "firstname") for last in ("apellidos", "apellido", "cognome", "sobrenome", "apelido")
    },
}
"""Beside which heading others that may mean a whole name mean one half of it, and which."""


def known_headings(cells: Sequence[str]) -> list[str]:
    """The headings of a table, as the lists above have them."""
    found = [normalize_heading(cell) for cell in cells]
    for beside, (whole, half) in _HALVES.items():
        if beside in found:
            found = [half if heading in whole else heading for heading in found]
    return found


def normalize_heading(text: str) -> str:
    """A heading or a name without what platforms change in it: case, spaces, punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())
