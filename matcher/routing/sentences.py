"""The sentences of routing, in English and Dutch; a code and facts in, a sentence out."""

from typing import Final

LANGUAGES: Final = ("en", "nl")

SENTENCES: Final[dict[str, dict[str, str]]] = {
    # what spoke for and against a pair
    "compatibility": {
        "en": "The chance of a good outcome is assumed to be {percent}; nothing was learned from outcomes yet.",
        "nl": "De kans op een goede afloop is aangenomen op {percent}; van uitkomsten is nog niet geleerd.",
    },
    "learnt": {
        "en": "The chance of a good outcome is {percent}, as learned from earlier outcomes.",
        "nl": "De kans op een goede afloop is {percent}, geleerd van eerdere uitkomsten.",
    },
    "experience": {
        "en": "Experience with contacts like this changes that chance by {points} percentage points at {name}.",
        "nl": "Ervaring met zulke contacten verandert die kans bij {name} met {points} procentpunt.",
    },
    "language_fit": {
        "en": "The language they share changes that chance by {points} percentage points.",
        "nl": "De taal die zij delen verandert die kans met {points} procentpunt.",
    },
    "traits_fit": {
        "en": "What they wish for and have in common changes that chance by {points} percentage points.",
        "nl": "Wat zij wensen en gemeen hebben verandert die kans met {points} procentpunt.",
    },
    "values_fit": {
        "en": "How their value profiles fit changes that chance by {points} percentage points.",
        "nl": "Hoe hun waardeprofielen bij elkaar passen verandert die kans met {points} procentpunt.",
    },
    "values_off": {
        "en": "Value profiles are switched off in this rule set; they weighed nothing.",
        "nl": "Waardeprofielen staan uit in deze regelset; ze wogen niet mee.",
    },
    "values_no_consent": {
        "en": "The customer gave no consent to a value profile; values weighed nothing.",
        "nl": "De klant gaf geen toestemming voor een waardeprofiel; waarden wogen niet mee.",
    },
    "values_unknown": {
        "en": "Too little is known of the values of {who}; values weighed nothing.",
        "nl": "Er is te weinig bekend over de waarden van {who}; waarden wogen niet mee.",
    },
    "wanted_skills": {
        "en": "Has what was wished for: {skills}.",
        "nl": "Heeft wat gewenst was: {skills}.",
    },
    "specialist_time": {
        "en": "Has a higher mandate ({has}) than this contact needs ({needs}); that time is scarce.",
        "nl": "Heeft een hoger mandaat ({has}) dan dit contact nodig heeft ({needs}); die tijd is schaars.",
    },
    "cost": {
        "en": "Takes {cost} of {capacity} slots.",
        "nl": "Neemt {cost} van {capacity} plaatsen in.",
    },
    "urgency": {
        "en": "Priority {priority}, waiting {waited}{due}.",
        "nl": "Prioriteit {priority}, wacht {waited}{due}.",
    },
    "load": {
        "en": "Is busy for {share}, {compared} than the others.",
        "nl": "Is voor {share} bezet, {compared} dan de anderen.",
    },
    "price": {
        "en": "This employee's time is worth more to other contacts that are expected.",
        "nl": "De tijd van deze medewerker is meer waard voor andere contacten die worden verwacht.",
    },
    "longest_idle": {
        "en": "Has been free for {idle}.",
        "nl": "Is al {idle} vrij.",
    },
    "preferred_employee": {
        "en": "Was asked for by the customer or helped before.",
        "nl": "Is door de klant gevraagd of hielp eerder.",
    },
    "rule": {"en": "{title}: {reason}", "nl": "{title}: {reason}"},
    # what rules made of a contact
    "set": {"en": "{title}: {reason} ({done})", "nl": "{title}: {reason} ({done})"},
    "set.priority": {"en": "priority set to {priority}", "nl": "prioriteit gezet op {priority}"},
    "set.answer": {"en": "to be answered within {span}", "nl": "te beantwoorden binnen {span}"},
    "set.channel": {"en": "offer {channel}", "nl": "bied {channel} aan"},
    "set.difficult": {"en": "counts as difficult", "nl": "geldt als moeilijk"},
    "relaxed.waited": {
        "en": "After {waited} of waiting this rule gave way: {title}. {reason}",
        "nl": "Na {waited} wachten week deze regel: {title}. {reason}",
    },
    "relaxed.at_once": {
        "en": "Nobody at work meets this rule, so it gave way at once: {title}. {reason}",
        "nl": "Niemand die werkt voldoet aan deze regel, dus week hij meteen: {title}. {reason}",
    },
    "relaxed.together": {
        "en": "Nobody at work meets all rules at once, so the least important gave way: {title}. {reason}",
        "nl": "Niemand die werkt voldoet aan alle regels tegelijk, dus week de minst belangrijke: {title}. {reason}",
    },
    "relaxed.limit": {
        "en": "Everyone at work who could help is beyond this limit, so it gave way: {title}. {reason}",
        "nl": "Iedereen die werkt en kan helpen zit boven deze grens, dus week ze: {title}. {reason}",
    },
    # limits
    "limit.transfers": {"en": "Passed on often enough", "nl": "Vaak genoeg doorverbonden"},
    "limit.transfers.why": {
        "en": "Passed on {most} times or more, a contact goes to the highest mandate at work that fits it.",
        "nl": "Wie {most} keer of vaker is doorverbonden gaat naar het hoogste mandaat dat werkt en past.",
    },
    "limit.difficult_in_a_row": {
        "en": "Enough difficult contacts in a row",
        "nl": "Genoeg moeilijke contacten achtereen",
    },
    "limit.difficult_in_a_row.why": {
        "en": "After {most} difficult contacts in a row an employee gets no further one.",
        "nl": "Na {most} moeilijke contacten achtereen krijgt een medewerker er geen bij.",
    },
    "limit.busy_share": {"en": "Busy enough", "nl": "Druk genoeg"},
    "limit.busy_share.why": {
        "en": "Who is busy for {most} of the time or more gets nothing new.",
        "nl": "Wie {most} van de tijd of meer bezet is krijgt niets nieuws.",
    },
    # how to meet the customer
    "wish.no_push": {
        "en": "Decides for themself: give information and do not push anything.",
        "nl": "Beslist zelf: geef informatie en dring niets op.",
    },
    "wish.information_first": {
        "en": "Wants the facts to decide by, and leaves no choice to others.",
        "nl": "Wil de feiten om zelf te kiezen en laat geen keuze aan anderen over.",
    },
    "wish.call_back_window": {
        "en": "Has little time: agree when to call back rather than let them wait.",
        "nl": "Heeft weinig tijd: spreek af wanneer u terugbelt in plaats van te laten wachten.",
    },
    "wish.one_owner": {
        "en": "Wants one employee to see it through: keep it, or hand it over in person.",
        "nl": "Wil één medewerker die het afmaakt: houd het zelf, of draag het persoonlijk over.",
    },
    "wish.specialist_first": {
        "en": "Wants to be advised by someone who knows: a higher mandate counts for more.",
        "nl": "Wil advies van wie er verstand van heeft: een hoger mandaat telt zwaarder.",
    },
    "wish.specialist_hours": {
        "en": "Would rather speak to a specialist later than to anyone now.",
        "nl": "Spreekt liever later een specialist dan nu wie dan ook.",
    },
    "channel_liked": {
        "en": "This is the channel the customer likes best ({share}).",
        "nl": "Dit is het kanaal dat de klant het liefst heeft ({share}).",
    },
    "channel_other": {
        "en": "The customer would rather use {channel} ({share}): offer it for what follows.",
        "nl": "De klant gebruikt liever {channel} ({share}): bied dat aan voor het vervolg.",
    },
    "state": {"en": "Today: {cause}.", "nl": "Vandaag: {cause}."},
    "cue": {"en": "{do} {dont}", "nl": "{do} {dont}"},
    "eligible": {
        "en": "{eligible} of {all} employees could take this contact{others}.",
        "nl": "{eligible} van {all} medewerkers konden dit contact aannemen{others}.",
    },
    "joint_assignment": {
        "en": "{name} would have scored {difference} higher here, but adds more with another contact.",
        "nl": "{name} zou hier {difference} hoger scoren, maar voegt bij een ander contact meer toe.",
    },
    "runner_up": {
        "en": "Next best: {name}, {difference} lower.",
        "nl": "De volgende keus: {name}, {difference} lager.",
    },
    # why nobody
    "nobody.roster": {
        "en": "There are no employees to choose from.",
        "nl": "Er zijn geen medewerkers om uit te kiezen.",
    },
    "nobody.inactive": {"en": "No employee is active.", "nl": "Geen enkele medewerker is actief."},
    "nobody.not_available": {"en": "Nobody is available now.", "nl": "Er is nu niemand beschikbaar."},
    "nobody.off_duty": {
        "en": "Nobody who is available works at this hour.",
        "nl": "Niemand die beschikbaar is werkt op dit uur.",
    },
    "nobody.channel": {
        "en": "Nobody who is available serves {subject}.",
        "nl": "Niemand die beschikbaar is bedient {subject}.",
    },
    "nobody.language": {
        "en": "Nobody left who speaks {subject}.",
        "nl": "Er is niemand over die {subject} spreekt.",
    },
    "nobody.skill": {
        "en": "Nobody left with skill {subject} or better.",
        "nl": "Er is niemand over met vaardigheid {subject} of beter.",
    },
    "nobody.mandate": {
        "en": "Nobody left with mandate {subject} or higher.",
        "nl": "Er is niemand over met mandaat {subject} of hoger.",
    },
    "nobody.exclusion": {
        "en": "Everyone who could help was excluded by the contact.",
        "nl": "Iedereen die kon helpen was door het contact uitgesloten.",
    },
    "nobody.slots": {
        "en": "Everyone who could help is fully occupied.",
        "nl": "Iedereen die kon helpen is volledig bezet.",
    },
    "nobody.rule": {
        "en": "A rule refuses everyone left: {title}. {reason} {change}",
        "nl": "Een regel weigert wie over was: {title}. {reason} {change}",
    },
    "nobody.limit": {
        "en": "A limit keeps it from everyone who is free: {title}. {reason}",
        "nl": "Een grens houdt het weg bij wie vrij is: {title}. {reason}",
    },
    "change.stop": {
        "en": "It is a red card: switch it off to serve such contacts again.",
        "nl": "Het is een rode kaart: zet hem uit om zulke contacten weer te bedienen.",
    },
    "change.wait": {
        "en": "It gives way in {span}.",
        "nl": "Ze wijkt over {span}.",
    },
    "change.rule": {
        "en": "Let it relax with waiting, advise another channel, or bring in someone who meets it.",
        "nl": "Laat ze wijken bij lang wachten, adviseer een ander kanaal, of haal iemand erbij die voldoet.",
    },
    "not_offered": {
        "en": "Customers of segment {segment} are not served by {channel}; they are by {channels}.",
        "nl": "Klanten van segment {segment} worden niet bediend via {channel}; wel via {channels}.",
    },
    "suggest_alone": {
        "en": "{detail} They can help themselves by {channel}.",
        "nl": "{detail} Ze kunnen zelf terecht via {channel}.",
    },
    "short": {
        "en": "Contacts that compete: {contacts}, for so many employees: {employees}. Places too few: {short}.",
        "nl": "Contacten die wedijveren: {contacts}, om zoveel medewerkers: {employees}. Plaatsen te weinig: {short}.",
    },
    "help.skill": {
        "en": "If {someone} had skill {subject}, contact {contact} could go there.",
        "nl": "Met vaardigheid {subject} bij {someone} kon contact {contact} daarheen.",
    },
    "help.language": {
        "en": "If {someone} spoke {subject}, contact {contact} could go there.",
        "nl": "Sprak {someone} {subject}, dan kon contact {contact} daarheen.",
    },
    "help.mandate": {
        "en": "With mandate {subject} for {someone}, contact {contact} could go there.",
        "nl": "Met mandaat {subject} voor {someone} kon contact {contact} daarheen.",
    },
    "help.channel": {
        "en": "If {someone} served {subject}, contact {contact} could go there.",
        "nl": "Bediende {someone} {subject}, dan kon contact {contact} daarheen.",
    },
    "help.rule": {
        "en": "If this rule spared {someone}, contact {contact} could go there: {subject}",
        "nl": "Spaarde deze regel {someone}, dan kon contact {contact} daarheen: {subject}",
    },
    "help.slots": {
        "en": "Places more needed at {someone}: {slots}.",
        "nl": "Plaatsen meer nodig bij {someone}: {slots}.",
    },
    "or_others": {"en": "{name} (or one of {others} others)", "nl": "{name} (of een van {others} anderen)"},
    "outranked": {
        "en": "Contacts that count for more took the places of everyone who could help.",
        "nl": "Contacten die zwaarder wegen namen de plaatsen in van iedereen die kon helpen.",
    },
    "not_chosen": {
        "en": "The time for this round ran out before everyone could be served.",
        "nl": "De tijd voor deze ronde was om voordat iedereen bediend kon worden.",
    },
    "held": {
        "en": "Not due before {moment}; too early breaks the promise as well.",
        "nl": "Pas aan de beurt om {moment}; te vroeg breekt de belofte ook.",
    },
    "held_back": {
        "en": "Waits up to {span} for somebody who fits better; who is free now falls {short} short of that.",
        "nl": "Wacht ten hoogste {span} op iemand die beter past; wie nu vrij is, komt daarvoor {short} tekort.",
    },
    "suggest_channel": {
        "en": "{detail} By {channel} it works now (employees: {count}).",
        "nl": "{detail} Via {channel} lukt het nu wel (medewerkers: {count}).",
    },
    "suggest_window": {
        "en": "{detail} Someone who can help is on duty {day} from {start} to {end}.",
        "nl": "{detail} Wie kan helpen heeft {day} dienst van {start} tot {end}.",
    },
    "paid_slot": {
        "en": "{detail} A precise time is for sale at € {euros}: {day} from {start} to {end}.",
        "nl": "{detail} Een precies tijdvak is te koop voor € {euros}: {day} van {start} tot {end}.",
    },
    # fragments
    "more": {"en": "more", "nl": "meer"},
    "less": {"en": "less", "nl": "minder"},
    "due_in": {"en": ", due in {span}", "nl": ", uiterlijk over {span}"},
    "overdue": {"en": ", overdue by {span}", "nl": ", {span} over tijd"},
    "refused": {"en": "; refused: {parts}", "nl": "; afgevallen: {parts}"},
    "refused.inactive": {"en": "not active", "nl": "niet actief"},
    "refused.not_available": {"en": "not available", "nl": "niet beschikbaar"},
    "refused.off_duty": {"en": "off duty", "nl": "buiten werktijd"},
    "refused.channel": {"en": "channel", "nl": "kanaal"},
    "refused.language": {"en": "language", "nl": "taal"},
    "refused.skill": {"en": "skill", "nl": "vaardigheid"},
    "refused.mandate": {"en": "mandate", "nl": "mandaat"},
    "refused.slots": {"en": "fully occupied", "nl": "volledig bezet"},
    "refused.other": {"en": "excluded", "nl": "uitgesloten"},
    "the_customer": {"en": "the customer", "nl": "de klant"},
    "the_employee": {"en": "the employee", "nl": "de medewerker"},
    "seconds": {"en": "{n} s", "nl": "{n} s"},
    "minutes": {"en": "{n} min", "nl": "{n} min"},
    "hours": {"en": "{n} h", "nl": "{n} uur"},
}


CHANNEL_NAMES: Final[dict[str, dict[str, str]]] = {
    "web_info": {"en": "the website", "nl": "de website"},
    "self_service": {"en": "self-service", "nl": "de zelfbediening"},
    "chat": {"en": "chat", "nl": "chat"},
    "phone": {"en": "phone", "nl": "telefoon"},
    "email": {"en": "e-mail", "nl": "e-mail"},
    "desk": {"en": "the desk", "nl": "de balie"},
}

WEEKDAYS: Final = {
    "en": ("on Monday", "on Tuesday", "on Wednesday", "on Thursday", "on Friday", "on Saturday", "on Sunday"),
    "nl": ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
}


def sentence(code: str, language: str, **facts: object) -> str:
    """The sentence of that code in that language.

    >>> sentence("nobody.language", "nl", subject="tr")
    'Er is niemand over die tr spreekt.'
    """
    return SENTENCES[code][language].format(**facts)


def channel_name(channel: str, language: str) -> str:
    """What people call the channel.

    >>> channel_name("desk", "nl")
    'de balie'
    """
    return CHANNEL_NAMES[channel][language]


def decimal(number: float, language: str, *, digits: int = 2, signed: bool = False) -> str:
    """The number as it is written in that language.

    >>> decimal(0.125, "nl", signed=True)
    '+0,12'
    """
    text = f"{number:{'+' if signed else ''}.{digits}f}"
    return text.replace(".", ",") if language == "nl" else text


def percent(share: float) -> str:
    """A share of 1 as a whole percentage, written alike in both languages."""
    return f"{share:.0%}"


def span(seconds: float, language: str) -> str:
    """A duration in the unit a person would use.

    >>> span(150, "en"), span(7200, "nl")
    ('2 min', '2 uur')
    """
    if seconds < 120:
        return sentence("seconds", language, n=round(seconds))
    if seconds < 7200:
        return sentence("minutes", language, n=int(seconds // 60))
    return sentence("hours", language, n=int(seconds // 3600))
