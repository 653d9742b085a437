import datetime

class Job:
    id: str
    next_run_time: datetime.datetime | None
    def remove(self) -> None: ...
