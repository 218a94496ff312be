"""The sentences of the linter, Dutch and English."""

from collections.abc import Mapping


def _both(en: str, nl: str) -> dict[str, str]:
    return {"en": en, "nl": nl}


SENTENCES: Mapping[str, Mapping[str, str]] = {
    "unreachable_rule": _both("“{rule}” can never apply.", "“{rule}” kan nooit gelden."),
    "redundant_rule": _both(
        "“{rule}” says nothing that “{other}” does not say already.",
        "“{rule}” zegt niets wat “{other}” niet al zegt.",
    ),
    "stopped_rule": _both(
        "“{rule}” is stopped by the red card “{other}”.", "“{rule}” ligt stil door de rode kaart “{other}”."
    ),
    "step_changes_nothing": _both(
        "Step {step} of “{rule}” lets nobody in who could not help already.",
        "Stap {step} van “{rule}” laat niemand toe die niet al kon helpen.",
    ),
    "overlapping_rules": _both(
        "“{rule}” and “{other}” are of the same order and set different things for the same contacts.",
        "“{rule}” en “{other}” hebben dezelfde volgorde en bepalen voor dezelfde contacten iets anders.",
    ),
    "opposed_boosts": _both(
        "“{rule}” favours employees whom “{other}” puts behind.",
        "“{rule}” trekt medewerkers voor die “{other}” achterstelt.",
    ),
    "contradicting_rules": _both(
        "“{rule}” and “{other}” together leave nobody who may help.",
        "“{rule}” en “{other}” laten samen niemand over die mag helpen.",
    ),
    "contradicting_until_relaxed": _both(
        "“{rule}” and “{other}” leave nobody who may help until one of them relaxes.",
        "“{rule}” en “{other}” laten niemand over die mag helpen tot een van beide wijkt.",
    ),
    "impossible_requirement": _both(
        "No employee can ever be what “{rule}” asks.", "Geen medewerker kan ooit zijn wat “{rule}” vraagt."
    ),
    "priority_cycle": _both(
        "These rules set each other's priority in a circle: {names}.",
        "Deze regels bepalen elkaars prioriteit in een kring: {names}.",
    ),
    "boost_outvotes_scores": _both(
        "“{rule}” weighs {amount}, more than all else together can ({most}): it works as an order and not as a wish.",
        "“{rule}” weegt {amount}, meer dan al het andere samen kan ({most}): het werkt als bevel en niet als wens.",
    ),
    "boost_outvotes_requirement": _both(
        "Once “{other}” relaxes, “{rule}” favours exactly those whom it kept out.",
        "Zodra “{other}” wijkt, trekt “{rule}” juist hen voor die de eis buiten hield.",
    ),
    "boost_without_effect": _both(
        "“{rule}” speaks only of employees whom “{other}” refuses.",
        "“{rule}” gaat alleen over medewerkers die “{other}” weigert.",
    ),
    "too_many_to_compare": _both(
        "There are too many rules to compare each with each; the first {pairs} pairs were.",
        "Er zijn te veel regels om elk met elk te vergelijken; de eerste {pairs} paren zijn vergeleken.",
    ),
    "requirement_nobody_meets": _both(
        "Nobody on the staff meets “{rule}”.", "Niemand in de staf voldoet aan “{rule}”."
    ),
    "requirement_unstaffed_hours": _both(
        "Nobody who meets “{rule}” is on duty {when}, though others are.",
        "Niemand die aan “{rule}” voldoet heeft {when} dienst, terwijl anderen er zijn.",
    ),
    "unknown_skill": _both(
        "“{rule}” asks for skill {name}; nobody has it.", "“{rule}” vraagt vaardigheid {name}; niemand heeft die."
    ),
    "unknown_language": _both(
        "“{rule}” asks for language {name}; nobody speaks it.", "“{rule}” vraagt taal {name}; niemand spreekt die."
    ),
    "unknown_team": _both(
        "“{rule}” names team {name}; there is no such team.", "“{rule}” noemt team {name}; zo'n team is er niet."
    ),
    "unknown_employee": _both(
        "“{rule}” names employee {name}; there is none of that id.",
        "“{rule}” noemt medewerker {name}; die is er niet.",
    ),
    "proxy_for_protected": _both(
        "“{rule}” looks at {name}, which stands in for a trait that the law protects.",
        "“{rule}” kijkt naar {name}, en dat staat in voor een kenmerk dat de wet beschermt.",
    ),
    "protected_attribute": _both(
        "“{rule}” speaks of {name}, a trait that the law protects.",
        "“{rule}” gaat over {name}, een kenmerk dat de wet beschermt.",
    ),
    "language_as_ground": _both(
        "“{rule}” treats customers worse by their language, which often stands in for their origin.",
        "“{rule}” behandelt klanten slechter om hun taal, en die staat vaak in voor hun herkomst.",
    ),
    "discrimination_risk": _both(
        "“{rule}” seems to choose people by value system ({name}).",
        "“{rule}” lijkt mensen te kiezen op waardesysteem ({name}).",
    ),
    "tier_by_value_system": _both(
        "The service of segment {name} seems to depend on a value system.",
        "De dienstverlening aan segment {name} lijkt af te hangen van een waardesysteem.",
    ),
    "all_three_strategies": _both(
        "This strategy wants to excel in intimacy, cost and product at once.",
        "Deze strategie wil tegelijk uitblinken in aandacht, kosten en product.",
    ),
    "no_reachable_person": _both(
        "{who} cannot reach a person by any channel.", "{who} kan langs geen enkel kanaal een mens bereiken."
    ),
    "dead_end": _both(
        "“{rule}” stops contacts and sends them nowhere else.",
        "“{rule}” houdt contacten tegen en stuurt ze nergens anders heen.",
    ),
    "no_transfer": _both(
        "No contact may ever be transferred: each goes to the highest mandate that fits.",
        "Geen contact mag ooit worden doorverbonden: elk gaat naar het hoogste mandaat dat past.",
    ),
    "requirement_never_relaxes": _both(
        "“{rule}” never relaxes: a contact waits for as long as nobody meets it.",
        "“{rule}” wijkt nooit: een contact wacht zolang niemand voldoet.",
    ),
    "closed_door_after_hours": _both(
        "By {channels} nobody is there part of the week, and no answer is promised for then.",
        "Via {channels} is er een deel van de week niemand, en er wordt dan geen antwoord beloofd.",
    ),
    "repeated_story": _both(
        "A customer may be passed on {transfers} times, and tell the story as often.",
        "Een klant mag {transfers} keer worden doorgegeven, en vertelt het verhaal even vaak.",
    ),
    "wait_without_estimate": _both(
        "Contacts may be held for {seconds} s, and no answer time is set that they could be told.",
        "Contacten mogen {seconds} s worden vastgehouden, en er is geen antwoordtijd die ze te horen krijgen.",
    ),
    "unkept_call_back": _both(
        "{what} lets a promise to a customer be broken.", "{what} laat een belofte aan een klant breken."
    ),
    "contacts_per_hour_target": _both(
        "“{rule}” steers by {name}: contacts handled instead of customers helped.",
        "“{rule}” stuurt op {name}: afgehandelde contacten in plaats van geholpen klanten.",
    ),
    "pushing_sales": _both(
        "“{rule}” sends customers to sales, also those who want nothing pushed on them.",
        "“{rule}” stuurt klanten naar de verkoop, ook wie niets opgedrongen wil krijgen.",
    ),
}

ADVICE: Mapping[str, Mapping[str, str]] = {
    "unreachable_rule": _both("Mend its conditions, or leave it out.", "Verbeter de voorwaarden of laat de regel weg."),
    "redundant_rule": _both("Leave one of them out.", "Laat een van beide weg."),
    "stopped_rule": _both("Take the red card away when it is over.", "Haal de rode kaart weg als het voorbij is."),
    "step_changes_nothing": _both(
        "Ask less in this step, or leave it out.", "Vraag minder in deze stap of laat hem weg."
    ),
    "overlapping_rules": _both(
        "Let their order say which one is meant: the lower one wins.",
        "Laat de volgorde zeggen welke bedoeld is: de laagste wint.",
    ),
    "opposed_boosts": _both("Check that the sum is what you mean.", "Kijk of de som is wat u bedoelt."),
    "contradicting_rules": _both(
        "Change one of them, or let it relax with waiting.",
        "Verander een van beide of laat die wijken bij lang wachten.",
    ),
    "contradicting_until_relaxed": _both(
        "Tell the two kinds of contact apart in their conditions.",
        "Houd de soorten contact uit elkaar in de voorwaarden.",
    ),
    "impossible_requirement": _both("Mend what it asks of employees.", "Verbeter wat de regel van medewerkers vraagt."),
    "priority_cycle": _both(
        "Set priority by what the contact is about and not by its priority.",
        "Bepaal prioriteit naar waar het contact over gaat en niet naar prioriteit.",
    ),
    "boost_outvotes_scores": _both(
        "Weigh it less, or write a requirement that may relax.",
        "Laat hem minder wegen of schrijf een eis die kan wijken.",
    ),
    "boost_outvotes_requirement": _both("Turn the boost round, or limit it.", "Draai de voorkeur om of beperk haar."),
    "boost_without_effect": _both(
        "Leave it out, or change the other rule.", "Laat hem weg of verander de andere regel."
    ),
    "too_many_to_compare": _both("Join rules of one kind.", "Voeg regels van één soort samen."),
    "requirement_nobody_meets": _both(
        "Ask what someone has, or train someone first.", "Vraag wat iemand heeft of leid eerst iemand op."
    ),
    "requirement_unstaffed_hours": _both(
        "Let it relax, plan someone in, or promise a call back.",
        "Laat de regel wijken, plan iemand in of beloof terug te bellen.",
    ),
    "unknown_skill": _both(
        "Correct the name, or give someone the skill.", "Verbeter de naam of geef iemand de vaardigheid."
    ),
    "unknown_language": _both("Correct the language.", "Verbeter de taal."),
    "unknown_team": _both("Correct the team.", "Verbeter het team."),
    "unknown_employee": _both("Leave the id out.", "Laat het id weg."),
    "proxy_for_protected": _both(
        "Choose by what the contact asks, and leave this out.", "Kies naar wat het contact vraagt en laat dit weg."
    ),
    "protected_attribute": _both("Leave this out.", "Laat dit weg."),
    "language_as_ground": _both(
        "Ask for an employee who shares the language instead; a second person must agree to this.",
        "Vraag liever een medewerker die de taal deelt; hiermee moet een tweede persoon instemmen.",
    ),
    "discrimination_risk": _both(
        "Let values weigh in the score only; a second person must agree to this.",
        "Laat waarden alleen in de score wegen; hiermee moet een tweede persoon instemmen.",
    ),
    "tier_by_value_system": _both(
        "Choose service by what customers buy or ask.", "Kies dienstverlening naar wat klanten afnemen of vragen."
    ),
    "all_three_strategies": _both("Choose one to come first.", "Kies welke voorop staat."),
    "no_reachable_person": _both("Offer phone, chat, email or desk.", "Bied phone, chat, email of desk aan."),
    "dead_end": _both(
        "Add a rule that sets another channel for them.", "Voeg een regel toe die ze een ander kanaal geeft."
    ),
    "no_transfer": _both("Allow one, to someone who may solve it.", "Sta er een toe, naar wie het mag oplossen."),
    "requirement_never_relaxes": _both(
        "Add relax_after_s or relax, unless it must hold at any price.",
        "Voeg relax_after_s of relax toe, tenzij de regel hoe dan ook moet gelden.",
    ),
    "closed_door_after_hours": _both(
        "Set answer_within_s for contacts that come then.", "Stel answer_within_s in voor contacten die dan komen."
    ),
    "repeated_story": _both("Allow two at most.", "Sta er hooguit twee toe."),
    "wait_without_estimate": _both("Set answer_within_s for them.", "Stel er answer_within_s voor in."),
    "unkept_call_back": _both(
        "Spare contacts that were promised an answer.", "Ontzie contacten waaraan een antwoord is beloofd."
    ),
    "contacts_per_hour_target": _both("Steer by customers helped.", "Stuur op geholpen klanten."),
    "pushing_sales": _both(
        "Add the condition that customer.no_push is not true.",
        "Voeg de voorwaarde toe dat customer.no_push niet waar is.",
    ),
}
