"""The settings of an office: `config.toml`, overridden by ``PENDAMPING_SECTION__KEY`` in the environment.

Every setting has a default, so an empty configuration runs (with the simulator). Relative paths count from the working
directory, wherever the file lies. `load` checks everything at once; each problem names its key and where it was set.

This module, `bot.forms` and `bot.log` lie beside the layers, not in them: they import nothing else of ours.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from bot.forms import (
    Count,
    DatabaseUrl,
    Days,
    Hour,
    Http,
    Languages,
    Listen,
    OptionalHttp,
    Positive,
    Region,
    Zone,
)
from bot.forms import host_port as host_port

PREFIX = "PENDAMPING_"
TELEGRAM_API = "https://api.telegram.org"


class ConfigError(Exception):
    """The configuration can't be used; `problems` are whole sentences, each naming its key. No secret is in them."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Office(_Section):
    """Whose desk this is. `languages`: the first is the main one."""

    name: Annotated[str, Field(min_length=1)] = "Dinas Koperasi, Perindustrian dan Perdagangan Kota Malang"
    region: Region = "35.73"
    timezone: Zone = "Asia/Jakarta"
    languages: Languages = ("id", "jv", "en")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Database(_Section):
    """Where the data lies. `keys` is the folder of the people's wrapped keys, and of the master key unless `master_key`
    names another file."""

    url: DatabaseUrl = "sqlite:///data/pendamping.db"
    keys: Path = Path("data/pendamping.keys")
    master_key: str = ""

    @property
    def master(self) -> Path:
        """The master key's file: the named one, systemd's credential ``master.key``, or the one beside the keys."""
        if not self.master_key and (given := os.environ.get("CREDENTIALS_DIRECTORY")):
            credential = Path(given) / "master.key"
            if credential.exists():
                return credential
        return Path(self.master_key) if self.master_key else self.keys / "master.key"

    @property
    def file(self) -> Path:
        """The SQLite file of `url`; for PostgreSQL, where it would lie: keys and socket have their names from it."""
        if self.url.startswith("postgresql:"):
            return Path("data") / f"{urlsplit(self.url).path.strip('/')}.db"
        return Path(self.url.removeprefix("sqlite:///"))


class Account(_Section):
    """One Telegram bot. After `load` the secrets are in `token` and `webhook_secret`, also where a file held them."""

    token: SecretStr = SecretStr("")
    token_file: str = ""
    library: Literal["python-telegram-bot", "aiogram"] = "python-telegram-bot"
    mode: Literal["polling", "webhook"] = "polling"
    api_url: Http = TELEGRAM_API
    webhook_secret: SecretStr = SecretStr("")
    webhook_secret_file: str = ""


class Telegram(_Section):
    """The two bots: one for owners, one for officers."""

    owners: Account = Account()
    officers: Account = Account()

    def accounts(self) -> dict[Literal["owners", "officers"], Account]:
        """The bots that have a token."""
        both: dict[Literal["owners", "officers"], Account] = {"owners": self.owners, "officers": self.officers}
        return {desk: account for desk, account in both.items() if account.token}


class WhatsApp(_Section):
    """The office's number on WhatsApp's Cloud API. After `load` the secrets are here also where a file held them."""

    phone_number_id: Annotated[str, Field(pattern="^[0-9]*$")] = ""
    waba_id: Annotated[str, Field(pattern="^[0-9]*$")] = ""
    access_token: SecretStr = SecretStr("")
    access_token_file: str = ""
    app_secret: SecretStr = SecretStr("")
    app_secret_file: str = ""
    verify_token: SecretStr = SecretStr("")
    verify_token_file: str = ""
    api_url: Http = "https://graph.facebook.com"
    api_version: Annotated[str, Field(pattern=r"^v[0-9]+\.[0-9]+$")] = "v25.0"
    people_per_day: Count = 250
    monthly_budget: Annotated[int, Field(ge=0)] = 0

    def lacking(self) -> list[str]:
        """Which of the settings that every call needs aren't there; all of them where WhatsApp isn't used."""
        needed = ("phone_number_id", "access_token", "app_secret", "verify_token")
        return [key for key in needed if not getattr(self, key)]


class Web(_Section):
    """The web server for webhooks, health and metrics. `public_url`: how the platforms reach it, without our paths."""

    listen: Listen = "127.0.0.1:8080"
    public_url: OptionalHttp = ""


class Simulator(_Section):
    """The stand-in for Telegram with a chat page. `auto`: on when no bot has a token."""

    enabled: Literal["auto", "on", "off"] = "auto"
    listen: Listen = "127.0.0.1:8090"


class Limits(_Section):
    """Bounds that keep one person, or one bad hour, from stopping the desk for everybody."""

    flood_updates: Count = 20
    flood_seconds: Count = 10
    queue: Count = 10_000
    same_question: Count = 10
    turn_warn_ms: Count = 50
    turn_kill_s: Positive = 5.0
    reply_expires_minutes: Count = 15


class Talk(_Section):
    """How long an open conversation waits."""

    idle_hours: Positive = 12.0
    nudge_hours: Positive = 24.0


class Retention(_Section):
    """How long what is no longer needed is kept. Platforms bring an update again for days, hence `dedupe_days`."""

    payload_hours: Count = 24
    messages_days: Days = 30
    dedupe_days: Annotated[Days, Field(ge=8)] = 14
    quarantine_days: Days = 30
    tickets_days: Days = 365
    wishes_days: Days = 365
    copies_days: Days = 30
    notice_days: Days = 30


class Backup(_Section):
    """The daily copy. `at`: the office's time of day, or "" for none."""

    at: Hour = "02:30"
    keep: Count = 7
    folder: Path = Path("data/backups")


class Config(BaseSettings):
    """All settings, checked. Make it with `load`; ``Config()`` is the defaults alone."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        enable_decoding=False,  # values in the environment are plain words, not JSON
    )

    office: Office = Office()
    database: Database = Database()
    telegram: Telegram = Telegram()
    whatsapp: WhatsApp = WhatsApp()
    web: Web = Web()
    simulator: Simulator = Simulator()
    limits: Limits = Limits()
    talk: Talk = Talk()
    retention: Retention = Retention()
    backup: Backup = Backup()

    @property
    def simulated(self) -> bool:
        """Whether the simulator runs (then there is no account of a real platform)."""
        return self.simulator.enabled == "on" or (self.simulator.enabled == "auto" and not self.accounts())

    def accounts(self) -> list[str]:
        """The settings that name an account of a platform, as they are called in the file."""
        whatsapp = ["[whatsapp] access_token"] if self.whatsapp.access_token else []
        return [f"[telegram.{desk}] token" for desk in self.telegram.accounts()] + whatsapp

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # `load` lays the environment over the file itself, to be able to say which of the two a problem comes from.
        return (init_settings,)


def load(path: Path | None = None, env: Mapping[str, str] | None = None) -> Config:
    """The settings of `path` (None: ``config.toml`` of the working directory, if it is there) and of `env`.

    Raises `ConfigError` with everything that is wrong.
    """
    env = {key: value for key, value in (os.environ if env is None else env).items() if key.startswith(PREFIX)}
    file, source = _read_file(path)
    problems = list(_unknown_variables(env))
    above = _read_environment(env)
    values = _lay_over(file, above)
    try:
        config = Config(**values)
    except ValidationError as error:
        problems += [_problem(detail, above, source) for detail in error.errors(include_url=False)]
        raise ConfigError(problems) from None  # pydantic's own message repeats what was typed, secrets too
    config = _with_secrets(config, problems)
    problems += _conflicts(config)
    if problems:
        raise ConfigError(problems)
    return _with_database(config)


def _read_file(path: Path | None) -> tuple[dict[str, Any], str]:
    found = path or Path("config.toml")
    try:
        with found.open("rb") as file:
            return tomllib.load(file), str(found)
    except FileNotFoundError:
        if path is None:
            return {}, str(found)
        raise ConfigError([f"{found}: there is no such file."]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError([f"{found}: can't be read as TOML: {error}."]) from None
    except OSError as error:
        raise ConfigError([f"{found}: can't be read: {error.strerror}."]) from None


def _unknown_variables(env: Mapping[str, str]) -> Iterator[str]:
    """Variables of ours outside every section; inside one, the model refuses unknown keys itself."""
    for name in sorted(env):
        if name.removeprefix(PREFIX).lower().split("__")[0] not in Config.model_fields:
            sections = ", ".join(f"{PREFIX}{section.upper()}__…" for section in Config.model_fields)
            yield f"{name}: no such setting. Allowed: {sections}"


def _read_environment(env: Mapping[str, str]) -> dict[str, Any]:
    source = EnvSettingsSource(Config)
    source.env_vars = {name.lower(): value for name, value in env.items()}
    return source()


def _lay_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` wins, key by key; a secret in it also wins over the secret's file in `below`, and the other way round."""
    merged = dict(below)
    for key, value in above.items():
        merged.pop(key.removesuffix("_file") if key.endswith("_file") else f"{key}_file", None)
        under = merged.get(key)
        both = isinstance(under, dict) and isinstance(value, dict)
        merged[key] = _lay_over(cast(dict[str, Any], under), cast(dict[str, Any], value)) if both else value
    return merged


def _problem(detail: ErrorDetails, above: Mapping[str, Any], source: str) -> str:
    """A sentence about what pydantic refused. It repeats what was set only where our own checks above do."""
    where = [str(part) for part in detail["loc"] if isinstance(part, str)]
    said = detail["msg"].removeprefix("Value error, ").replace("Input should be", "must be").rstrip(".")
    if detail["type"] == "extra_forbidden":
        said = f"no such setting. Allowed here: {', '.join(_allowed(where[:-1]))}"
    elif detail["type"] == "model_type":
        said = f"is a section, it holds {', '.join(_allowed(where))}"
    return f"{_label(where)}: {said} (set {_origin(where, above, source)})."


def _label(where: list[str]) -> str:
    *section, key = where
    return f"[{'.'.join(section)}] {key}" if section else f"[{key}]"


def _allowed(section: list[str]) -> list[str]:
    model: type[BaseModel] = Config
    for name in section:
        model = cast(type[BaseModel], model.model_fields[name].annotation)
    return list(model.model_fields)


def _origin(where: list[str], above: Mapping[str, Any], source: str) -> str:
    at: Any = above
    for depth, part in enumerate(where):
        if not isinstance(at, dict):
            return f"by {PREFIX}{'__'.join(where[:depth]).upper()}"
        if part not in at:
            return f"in {source}"
        at = cast(dict[str, Any], at)[part]
    return f"by {PREFIX}{'__'.join(where).upper()}"


Section = TypeVar("Section", Account, WhatsApp)


def _with_secrets(config: Config, problems: list[str]) -> Config:
    """`config` with the secrets that lie in files of their own."""
    owners = _opened(config.telegram.owners, "telegram.owners", problems)
    officers = _opened(config.telegram.officers, "telegram.officers", problems)
    telegram = config.telegram.model_copy(update={"owners": owners, "officers": officers})
    whatsapp = _opened(config.whatsapp, "whatsapp", problems)
    return config.model_copy(update={"telegram": telegram, "whatsapp": whatsapp})


def _opened(section: Section, name: str, problems: list[str]) -> Section:
    for setting in [key for key in type(section).model_fields if key.endswith("_file") and getattr(section, key)]:
        key = setting.removesuffix("_file")
        if getattr(section, key):
            problems.append(f"[{name}] {key}: set either {key} or {setting}, not both.")
            continue
        try:
            secret = SecretStr(_secret(Path(getattr(section, setting))))
        except ValueError as error:
            problems.append(f"[{name}] {setting}: {error}.")
        else:
            section = section.model_copy(update={key: secret})
    return section


def _secret(path: Path) -> str:
    """The first line of a file that only its owner (and group) may read. Raises `ValueError`."""
    try:
        if path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
            raise ValueError(f"everybody on this machine can open {path}; run: chmod o-rwx {path}")
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(
            f"{path} can't be read: {getattr(error, 'strerror', None) or 'it is not a text file'}"
        ) from None
    if not lines or not lines[0].strip():
        raise ValueError(f"{path} is empty")
    return lines[0].strip()


_HOW_TO_MAKE = 'python3 -c "import secrets; print(secrets.token_urlsafe(32))"'


def _conflicts(config: Config) -> Iterator[str]:
    """What is wrong between settings that are right one by one."""
    bots: set[str] = set()
    for desk, account in config.telegram.accounts().items():
        section = f"[telegram.{desk}]"
        token = account.token.get_secret_value()
        if not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", token):
            yield f"{section} token: is not a bot's token (BotFather gives one like 123456789:AAF…)."
        elif (bot := token.partition(":")[0]) in bots:
            yield f"{section} token: owners and officers need two bots, this is the same one."
        else:
            bots.add(bot)
        if account.mode == "webhook":
            yield from _webhook_problems(section, account, config.web)
    if config.whatsapp.access_token:
        for key in config.whatsapp.lacking():
            yield f"[whatsapp] {key}: must be set, because access_token is."
    if config.simulator.enabled == "on" and (accounts := config.accounts()):
        yield f'[simulator] enabled: "on" and {" and ".join(accounts)} don\'t go together; take one of them out.'
    if config.simulator.enabled == "off" and not config.accounts():
        yield '[simulator] enabled: "off", and no bot has a token: set [telegram.owners] token, or "auto".'
    if config.simulated and config.simulator.listen == config.web.listen and host_port(config.web.listen)[1]:
        yield f"[simulator] listen: {config.web.listen} is taken by [web] listen."


def _webhook_problems(section: str, account: Account, web: Web) -> Iterator[str]:
    # Telegram itself only calls https; a Bot API server of one's own also calls http.
    if not web.public_url:
        yield f'[web] public_url: must be set, because {section} mode is "webhook".'
    elif account.api_url == TELEGRAM_API and not web.public_url.startswith("https://"):
        yield f'[web] public_url: must begin with https://, because {section} mode is "webhook".'
    secret = account.webhook_secret.get_secret_value()
    if not secret:
        yield f'{section} webhook_secret: must be set, because mode is "webhook". To make one: {_HOW_TO_MAKE}'
    elif not re.fullmatch(r"[A-Za-z0-9_-]{32,256}", secret):
        yield f"{section} webhook_secret: must be 32 to 256 of A-Z a-z 0-9 _ -. To make one: {_HOW_TO_MAKE}"


def _with_database(config: Config) -> Config:
    """`config` with what follows from other settings: the simulator's own database, and keys beside the database."""
    database, named = config.database, config.database.model_fields_set
    if config.simulated and "url" not in named:
        database = database.model_copy(update={"url": "sqlite:///data/simulator.db"})
    if "keys" not in named:
        database = database.model_copy(update={"keys": database.file.with_suffix(".keys")})
    return config.model_copy(update={"database": database})
