"""A worker with a short lease, to be killed: `python -m tests.workers.worker_process HOME DATABASE_URL LEASE_S`."""

import sys
from datetime import timedelta
from pathlib import Path

from api.workers import run_worker
from models.store import open_store
from tests.workers.builders import klik_on

if __name__ == "__main__":
    home, url, lease_s = sys.argv[1:]
    run_worker(klik_on(open_store(url), Path(home)), lease=timedelta(seconds=float(lease_s)))
