import datetime
from .base import BaseTrigger
class IntervalTrigger(BaseTrigger):
    def __init__(self, weeks: int = ..., days: int = ..., hours: int = ..., minutes: int = ..., seconds: float = ..., start_date: datetime.datetime | None = ..., timezone: datetime.tzinfo | str | None = ...) -> None: ...
