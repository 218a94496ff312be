"""What the demonstration says, in English and Dutch."""

from typing import Final

LANGUAGES: Final = ("en", "nl")

WORDS: Final[dict[str, dict[str, str]]] = {
    "hello": {
        "en": "{company}, a Monday at 9:40: {contacts} contacts are waiting, {employees} employees are at work.",
        "nl": "{company}, maandag 9.40 uur: er wachten {contacts} contacten, {employees} medewerkers zijn er.",
    },
    "starting": {"en": "Starting the service …", "nl": "De dienst start …"},
    "imported": {
        "en": "{applied} employees read from the file of HR, {customers} customers stored, {consents} of them agreed "
        "to a value profile.",
        "nl": "{applied} medewerkers uit het bestand van HR gelezen, {customers} klanten opgeslagen; {consents} van "
        "hen gaven toestemming voor een waardeprofiel.",
    },
    "who_got_whom": {"en": "Who got whom, and why", "nl": "Wie kreeg wie, en waarom"},
    "customer": {"en": "Customer", "nl": "Klant"},
    "story": {"en": "What is asked", "nl": "Wat wordt gevraagd"},
    "employee": {"en": "Employee", "nl": "Medewerker"},
    "helped_by": {"en": "Helped by · chance", "nl": "Geholpen door · kans"},
    "why": {"en": "Why", "nl": "Waarom"},
    "score": {"en": "Score", "nl": "Score"},
    "proof": {
        "en": "Total score {objective}. No assignment that serves as many contacts can score more than {bound} "
        "(gap {gap}), found in {ms} ms by {solver}.",
        "nl": "Totale score {objective}. Geen toewijzing die evenveel contacten bedient kan meer dan {bound} scoren "
        "(verschil {gap}), gevonden in {ms} ms door {solver}.",
    },
    "who_waits": {"en": "Who waits on, and what would help", "nl": "Wie nog wacht, en wat zou helpen"},
    "competing": {
        "en": "{contacts} compete for {employees}: {short} too few.",
        "nl": "{contacts} dingen naar {employees}: {short} te weinig.",
    },
    "other_channel": {"en": "Offer {channel} instead.", "nl": "Bied {channel} aan."},
    "without_values": {
        "en": "The same morning if value profiles weighed nothing",
        "nl": "Dezelfde ochtend als waardeprofielen niet meewogen",
    },
    "no_difference": {
        "en": "Nobody would have got another employee.",
        "nl": "Niemand zou een andere medewerker hebben gekregen.",
    },
    "difference": {
        "en": "{changed} of {served} customers would have got another employee. Skills, language, mandate and waiting "
        "decide first; values only choose among those who can help.",
        "nl": "{changed} van de {served} klanten zouden een ander hebben gekregen. Vaardigheid, taal, mandaat en "
        "wachttijd beslissen eerst; waarden kiezen alleen tussen wie kan helpen.",
    },
    "with": {"en": "With values", "nl": "Met waarden"},
    "without": {"en": "Without", "nl": "Zonder"},
    "nobody": {"en": "nobody yet", "nl": "nog niemand"},
    "ranking": {"en": "The best employees for {name} alone", "nl": "De beste medewerkers voor {name} alleen"},
    "chance": {"en": "Chance of a good outcome", "nl": "Kans op een goede afloop"},
    "confidence": {"en": "Known of both", "nl": "Bekend van beiden"},
    "estimate": {
        "en": "The chance is an estimate from a hypothesis about values, not a measurement: a real effect is shown by "
        "comparing outcomes, and only then claimed.",
        "nl": "De kans is een schatting uit een hypothese over waarden, geen meting: een echt effect blijkt pas uit "
        "een vergelijking van uitkomsten.",
    },
    "nothing_learnt": {
        "en": "That morning was decided by {basis}. Asked to learn from outcomes, Klik says what it still needs: {why}",
        "nl": "Die ochtend besliste {basis}. Gevraagd om van uitkomsten te leren, zegt Klik wat nog ontbreekt, in het "
        "Engels zoals elke foutmelding: “{why}”",
    },
    "past": {
        "en": "So let {weeks} weeks go by: {customers} more customers and {contacts} outcomes, drawn from a seed. Who "
        "fits whom in them is made up; it says nothing of any real customer.",
        "nl": "Laat dus {weeks} weken voorbijgaan: nog {customers} klanten en {contacts} uitkomsten, geloot uit een "
        "vast begingetal. Wie daarin bij wie past is verzonnen; het zegt niets over echte klanten.",
    },
    "telling": {"en": "Outcomes come in", "nl": "Uitkomsten komen binnen"},
    "learning": {"en": "A classifier is learnt and judged", "nl": "Een classificator wordt geleerd en beoordeeld"},
    "gate": {
        "en": "What the gate asked of {version}, learnt from {outcomes} outcomes",
        "nl": "Wat de toets vroeg van {version}, geleerd van {outcomes} uitkomsten",
    },
    "asked": {"en": "Question", "nl": "Vraag"},
    "answer": {"en": "Answer, on outcomes that came later", "nl": "Antwoord, op uitkomsten van later"},
    "beats_main_effects": {
        "en": "Better than good employees alone?",
        "nl": "Beter dan alleen goede medewerkers?",
    },
    "not_worse_than_nothing": {
        "en": "At least as good as one chance for all?",
        "nl": "Minstens zo goed als één kans voor iedereen?",
    },
    "beats_current": {"en": "Better than what serves now?", "nl": "Beter dan wat nu beslist?"},
    "no_segment_worse": {"en": "No segment worse off?", "nl": "Geen segment slechter af?"},
    "calibrated_on_the_whole": {"en": "Right on average?", "nl": "Gemiddeld juist?"},
    "calibrated_in_boldness": {"en": "Neither bold nor timid?", "nl": "Niet te stellig, niet te vaag?"},
    "generated": {
        "en": "The outcomes behind this are drawn, not measured.",
        "nl": "De uitkomsten hierachter zijn geloot, niet gemeten.",
    },
    "second_morning": {
        "en": "The same morning once more, now decided by {basis} {version}.",
        "nl": "Dezelfde ochtend nog eens, nu beslist door {basis} {version}.",
    },
    "prior": {"en": "a hypothesis about values", "nl": "een hypothese over waarden"},
    "rules": {"en": "rules alone", "nl": "regels alleen"},
    "classifier": {"en": "the classifier", "nl": "de classificator"},
    "two_mornings": {
        "en": "Who gets another employee now that outcomes count",
        "nl": "Wie een ander krijgt nu uitkomsten meetellen",
    },
    "first": {"en": "First morning", "nl": "Eerste ochtend"},
    "second": {"en": "Second morning", "nl": "Tweede ochtend"},
    "go_on": {"en": "Go on yourself", "nl": "Zelf verder"},
    "address": {"en": "The service:  {url}", "nl": "De dienst:     {url}"},
    "docs": {"en": "Its contract: {url}/docs", "nl": "Het contract:  {url}/docs"},
    "stays": {"en": "The service runs until you press Ctrl-C.", "nl": "De dienst loopt tot u Ctrl-C indrukt."},
    "stopped": {
        "en": "The service has been stopped. `klik demo --keep` leaves it running for you to try this.",
        "nl": "De dienst is gestopt. `klik demo --keep` laat haar doorlopen om dit te proberen.",
    },
    "chat": {"en": "chat", "nl": "chat"},
    "phone": {"en": "phone", "nl": "telefoon"},
    "email": {"en": "e-mail", "nl": "e-mail"},
    "desk": {"en": "desk", "nl": "balie"},
    "web_info": {"en": "website", "nl": "website"},
    "self_service": {"en": "self-service", "nl": "zelf online"},
}


def say(word: str, language: str, **facts: object) -> str:
    """The sentence of that name in that language.

    >>> say("competing", "nl", contacts="A, B", employees="Deniz", short=1)
    'A, B dingen naar Deniz: 1 te weinig.'
    """
    return WORDS[word][language].format(**facts)


def decimal(number: float, language: str, *, digits: int = 2) -> str:
    """The number as it is written in that language.

    >>> decimal(1.25, "nl"), decimal(1.25, "en")
    ('1,25', '1.25')
    """
    text = f"{number:.{digits}f}"
    return text.replace(".", ",") if language == "nl" else text


def percent(share: float, language: str) -> str:
    """A share of 1 as a percentage.

    >>> percent(0.7549, "nl")
    '75,5%'
    """
    return f"{decimal(100 * share, language, digits=1)}%"
