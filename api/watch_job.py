"""A week's look at the classifiers in service: outcomes and decisions read, judged, counted in the last transaction."""

from datetime import datetime
from typing import TYPE_CHECKING

from matcher.errors import InvalidInput
from matcher.use_cases.ports import KnownClassifier
from matcher.use_cases.run_job import JobRun
from matcher.use_cases.start_watch import in_service

if TYPE_CHECKING:
    from api.wiring import Klik
    from matcher.compatibility.scorer import Scorer


def work_on_watch(klik: "Klik", run: JobRun) -> None:
    """Look at the week that the job was asked about. Another attempt begins anew: nothing is written but at the end."""
    from matcher.use_cases.training_data import training_data
    from matcher.use_cases.watch_classifiers import read_agreement, settle_watch, watch_each

    def opened(one: KnownClassifier) -> "Scorer | None":
        try:
            return klik.shelf.read(one.version, digest=one.digest, framework=klik.framework.name).scorer
        except InvalidInput:
            return None

    since, until = (datetime.fromisoformat(str(run.job.arguments[name])) for name in ("since", "until"))
    with run.store.reading() as records:
        terms = klik.rule_set.outcome_terms
        data = training_data(records, klik.framework, since=since, until=until, now=run.now(), terms=terms)
        known = in_service(records)
        agreed = read_agreement(records, since, until, known)
    run.go_on(1, 2)
    watched = watch_each(data, agreed, known, opened)
    with run.ending() as ending:
        ending.result = settle_watch(ending.records, watched)
