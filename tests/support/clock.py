"""A workflow's own clock on the real server, moved as patiently as a machine needs that does much else."""

from datetime import timedelta
from functools import partial

from adapters.temporal import clock
from tests.support.environment import WITHIN

forward = partial(clock.forward, patience=timedelta(seconds=WITHIN))
