"""A folder as `klik train` lays one: learnt from outcomes in which one employee does well and another badly."""

from datetime import date, timedelta
from pathlib import Path

from api.commands.pair_files import read_pairs
from matcher.compatibility.card import seal
from matcher.compatibility.making import learnt, making_document
from models.frameworks import load_framework
from models.shelf import put_classifier

CUSTOMERS, OUTCOMES = 20, 120


def lay_classifier(folder: Path, *, good: str, bad: str, intent: str = "bill") -> str:
    """Its SHA-256. Nine of ten contacts go well with `good`, two of ten with `bad`; their files lie beside it."""
    rows = ["customer_id,employee_id,at,success,intent"]
    for number in range(OUTCOMES):
        who, wins = ((good, 9), (bad, 2))[number % 2]
        day = date(2026, 1, 1) + timedelta(days=number)
        rows.append(f"c{number % CUSTOMERS},{who},{day}T10:00:00Z,{int(number // 2 % 10 < wins)},{intent}")
    beside = {
        "customers": "id,segment\n" + "".join(f"c{number},home\n" for number in range(CUSTOMERS)),
        "employees": f"id,team\n{good},t\n{bad},t\n",
        "outcomes": "\n".join(rows) + "\n",
    }
    files = {name: folder.with_name(f"{folder.name}-{name}.csv") for name in beside}
    for name, content in beside.items():
        files[name].write_text(content)
    framework = load_framework()
    data = read_pairs(files["customers"], files["employees"], files["outcomes"], framework)
    classifier = learnt(data, seed=1)
    return put_classifier(
        folder, seal(classifier.scorer_, making_document(data, classifier, {}), framework=framework.name)
    )
