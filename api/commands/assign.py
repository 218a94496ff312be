"""`klik assign`: numbers only."""

import json
from pathlib import Path

import click

from api.commands.clean_output import clean_output
from api.commands.refusal import keep_apart, of_file
from api.commands.screen import json_option, say_json, wants_json


@click.command()
@click.argument("problem", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Where the answer is written."
)
@click.option(
    "--deadline",
    type=click.FloatRange(0.001, 86_400),
    help="Seconds the solver may take; loading the file and the libraries does not count.",
)
@json_option
def assign(problem: Path, out: Path, deadline: float | None) -> None:
    """Solve the assignment PROBLEM (.npz with value, or rows, cols, vals and shape; capacity and load if wished).

    \b
    Example:
      klik assign problem.npz --out result.json
    """
    from api.files.problems import read_problem
    from matcher.assignment import solve

    keep_apart(out, problem)
    with of_file(problem):
        question = read_problem(problem)
    with clean_output():
        if deadline is not None:
            _load_solvers()
        result = solve(question, deadline_s=deadline)
    summary = {
        "value": result.value,
        "bound": result.bound,
        "gap": result.gap,
        "assigned": int((result.employee_of >= 0).sum()),
        "solver": result.solver,
        "status": result.status,
        "solve_s": result.solve_s,
    }
    answer = {**summary, "employee_of": result.employee_of.tolist(), "prices": result.prices.tolist()}
    out.write_text(json.dumps(answer, allow_nan=False) + "\n", encoding="utf-8")
    if wants_json():
        say_json(summary)
    else:
        click.echo(
            f"{summary['assigned']} of {result.employee_of.size} contacts assigned, worth {result.value:g} "
            f"(gap {result.gap:.2%}, {result.solver}, {result.solve_s:.3f} s); written to {out}."
        )


def _load_solvers() -> None:
    """Have every library of the solvers in memory, so that a deadline is for solving only."""
    import scipy.optimize
    import scipy.sparse.csgraph  # noqa: F401  # loaded for those who import it later

    from matcher.assignment import warm_up

    warm_up()
