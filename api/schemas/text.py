"""Text as people write it and nothing that hides in it: what is refused, and the one form that is kept."""

import re
import unicodedata

MAX_NAME = 200
MAX_NOTE = 4000
MAX_KEY = 64
MAX_MARKS = 8  # more combining marks in a row than any script needs

ID_PATTERN = r"^(?!\.{1,2}$)[A-Za-z0-9._:@-]{1,128}$"
ID_SENTENCE = "An id has 1 to 128 characters of A-Z a-z 0-9 . _ : @ - and is not . or .. alone."
LANGUAGE_PATTERN = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"
# What the OpenAPI document says of text; the rest (marks in a row, only white space) cannot be said in a pattern.
LINE_PATTERN = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$"
NOTE_PATTERN = r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$"

DOTS = frozenset((".", ".."))  # steps in a path: no URL could reach a thing of that name
IDENTIFIER = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._:@-]{1,128}", re.ASCII)
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_HIDDEN_IN_LINE = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_HIDDEN_IN_NOTE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_INVISIBLE = {"Cf", "Mn", "Me", "Cn", "Co"}
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # Hangul fillers and the Braille blank: letters with no ink
# Names that mean something to the languages documents pass through.
_RESERVED_KEYS = frozenset({"constructor", "prototype"})


class BadText(ValueError):
    """Text that is refused: a stable code and a sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code, self.sentence = code, sentence
        super().__init__(sentence)


def clean_line(text: str, *, longest: int = MAX_NAME) -> str:
    """`text` in Unicode's NFC form, if it is one visible line of at most `longest` characters. Raises BadText."""
    if len(text) <= longest:
        if text.isascii() and text.isprintable() and text and not text.isspace():
            return text
        # In letters and digits nothing hides, but for the blanks among them.
        if text.isalnum() and unicodedata.is_normalized("NFC", text) and _BLANKS.isdisjoint(text):
            return text
    return _clean(text, longest=longest, hidden=_HIDDEN_IN_LINE)


def clean_note(text: str, *, longest: int = MAX_NOTE) -> str:
    """As `clean_line`, with line ends (LF) and tabs allowed."""
    return _clean(text, longest=longest, hidden=_HIDDEN_IN_NOTE)


def clean_key(text: str) -> str:
    """A name inside a map (a skill, an attribute): one line of at most 64 characters. Raises BadText."""
    if text.startswith("__") or text in _RESERVED_KEYS:
        raise BadText("invalid_key", "This name is reserved.")
    return clean_line(text, longest=MAX_KEY)


def _clean(text: str, *, longest: int, hidden: re.Pattern[str]) -> str:
    if len(text) > longest:
        raise BadText("too_long", f"At most {longest} characters.")
    if hidden.search(text) is not None:
        raise BadText("invalid_text", "Control characters and marks that turn the writing direction are not allowed.")
    if _piles_up_marks(text):
        raise BadText("invalid_text", f"More than {MAX_MARKS} combining marks in a row.")
    text = unicodedata.normalize("NFC", text)
    if len(text) > longest:
        raise BadText("too_long", f"At most {longest} characters.")
    if not _is_visible(text):
        raise BadText("blank", "Write something that can be seen.")
    return text


def _piles_up_marks(text: str) -> bool:
    if len(text) <= MAX_MARKS or text.isascii():
        return False
    run = 0
    for character in text:
        run = run + 1 if unicodedata.category(character).startswith("M") else 0
        if run > MAX_MARKS:
            return True
    return False


def _is_visible(text: str) -> bool:
    return any(
        not each.isspace() and each not in _BLANKS and unicodedata.category(each) not in _INVISIBLE for each in text
    )
