"""Made-up employees and contacts of any number, the same for a seed, as files and as requests."""

import csv
import io

import numpy as np

SYSTEMS = ("beige", "purple", "red", "blue", "orange", "green", "yellow", "turquoise")
SKILLS = ("billing", "moving", "outage", "solar", "complaints", "contracts")
LANGUAGES = ("nl", "en", "tr")
SEED = 20261122


def staff_csv(size: int, *, seed: int = SEED) -> bytes:
    """An employee file: 1–3 skills, Dutch and perhaps another language, a value profile of each."""
    rng = np.random.default_rng(seed)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns = ["id", "name", "team", "languages", "skills", "mandate", "capacity", "channels"]
    writer.writerow([*columns, *(f"value:{one}" for one in SYSTEMS)])
    shares = rng.dirichlet(np.full(len(SYSTEMS), 0.6), size).round(4)
    shares[:, 0] += 1.0 - shares.sum(axis=1)
    for number in range(size):
        skills = rng.choice(SKILLS, rng.integers(1, 4), replace=False)
        languages = ["nl", *rng.choice(LANGUAGES[1:], rng.integers(0, 2), replace=False)]
        row = [
            employee_id(number),
            f"Medewerker {number}",
            f"team-{number % 40}",
            "|".join(languages),
            "|".join(f"{skill}={rng.integers(2, 6)}" for skill in skills),
            int(rng.integers(0, 4)),
            3,
            "phone=3|chat=1|email=1",
        ]
        writer.writerow([*row, *(f"{abs(share):.4f}" for share in shares[number])])
    return out.getvalue().encode()


def contacts(size: int, *, seed: int = SEED) -> list[dict[str, object]]:
    """Contacts with a demand and a customer who carries a value profile."""
    rng = np.random.default_rng(seed + 1)
    shares = rng.dirichlet(np.full(len(SYSTEMS), 0.6), size)
    return [
        {
            "id": f"w-{number}",
            "channel": "phone",
            "language": str(rng.choice(LANGUAGES, p=(0.9, 0.07, 0.03))),
            "intent": (intent := str(rng.choice(SKILLS))),
            "skills": {intent: int(rng.integers(1, 4))},
            "priority": int(rng.integers(0, 10)),
            "waiting_s": float(rng.integers(0, 600)),
            "customer": {
                "consent": {"value_profiling": True},
                "profile": {"values": {"share": dict(zip(SYSTEMS, map(float, shares[number]), strict=True))}},
            },
        }
        for number in range(size)
    ]


def employee_id(number: int) -> str:
    """The id of the employee with that number."""
    return f"m-{number:06d}"
