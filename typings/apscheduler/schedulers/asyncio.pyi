import datetime
from collections.abc import Callable, Mapping, Sequence
from apscheduler.job import Job
from apscheduler.triggers.base import BaseTrigger

class AsyncIOScheduler:
    def __init__(
        self, *, timezone: datetime.tzinfo | str | None = ..., job_defaults: Mapping[str, object] = ...
    ) -> None: ...
    def add_job(
        self,
        func: Callable[..., object],
        trigger: BaseTrigger | None = ...,
        args: Sequence[object] | None = ...,
        kwargs: Mapping[str, object] | None = ...,
        id: str | None = ...,
        *,
        replace_existing: bool = ...,
        coalesce: bool = ...,
        max_instances: int = ...,
        misfire_grace_time: int | None = ...,
    ) -> Job: ...
    def get_job(self, job_id: str) -> Job | None: ...
    def start(self, paused: bool = ...) -> None: ...
    def shutdown(self, wait: bool = ...) -> None: ...
    @property
    def running(self) -> bool: ...
