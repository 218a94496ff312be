"""`klik worker`: only the worker."""

import gc
import signal
import threading
from types import FrameType

import click

from api.commands.installation import open_klik, settings_from_environment


@click.command()
@click.option("--parent", type=int, hidden=True, help="Stop when this process is no longer the parent.")
def worker(parent: int | None) -> None:
    """Run jobs (imports of long files) until told to stop. `klik serve` starts one by itself.

    \b
    Example:
      klik worker
    """
    from api.events import configure_logging
    from api.workers import run_worker

    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    settings = settings_from_environment()
    configure_logging(settings.log_level)
    with open_klik(settings) as klik:
        gc.freeze()  # what stands now stays: the end of the process need not take it apart
        run_worker(klik, stop=stop, parent_pid=parent)
