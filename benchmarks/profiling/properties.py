"""The acceptance tests that are laws, not figures: each number with the tests that hold it, run now."""

import ast
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.profiling.threshold import Threshold

ROOT = Path(__file__).resolve().parents[2]
NUMBER = re.compile(r"\bT(?:1\d|2[01]|[1-9])\b")
FRAMEWORK_RULES = ("T10", "tests/matcher/profiles/test_framework.py")  # a whole file: one broken document per rule


def thresholds() -> list[Threshold]:
    """For each number the part of its tests that pass; all must."""
    tests = numbered_tests()
    passed, ran = _run({file for files in tests.values() for file, _ in files})
    lines = []
    for number in sorted(tests, key=lambda one: int(one[1:])):
        mine = [(file, name) for file, names in ran.items() for name in names if (file, name) in tests[number]]
        total = sum(ran[file][name] for file, name in mine)
        held = sum(passed[file][name] for file, name in mine)
        what = f"{number}: {total} tests hold it"
        lines.append(Threshold("properties", what, held / total if total else 0.0, at_least=1.0))
    return lines


def numbered_tests() -> dict[str, set[tuple[str, str]]]:
    """By number, the (file, test) whose docstring bears it."""
    found: dict[str, set[tuple[str, str]]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        file = path.relative_to(ROOT).as_posix()
        for node in ast.parse(path.read_text("utf-8")).body:
            if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
                continue
            numbers = set(NUMBER.findall(ast.get_docstring(node) or ""))
            numbers |= {FRAMEWORK_RULES[0]} if file == FRAMEWORK_RULES[1] else set()
            for number in numbers:
                found.setdefault(number, set()).add((file, node.name))
    return found


def _run(files: set[str]) -> tuple[dict[str, Counter[str]], dict[str, Counter[str]]]:
    """By file, how often each test passed and ran."""
    passed: dict[str, Counter[str]] = {file: Counter() for file in files}
    ran: dict[str, Counter[str]] = {file: Counter() for file in files}
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", f"--junitxml={report}", *sorted(files)]
        subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
        for case in ET.parse(report).getroot().iter("testcase"):
            file = case.get("classname", "").replace(".", "/") + ".py"
            name = case.get("name", "").split("[")[0]
            if file in ran:
                ran[file][name] += 1
                passed[file][name] += len(case) == 0  # a failure, an error or a skip would stand inside
    return passed, ran
