"""The settings of an office: `config.toml`, overridden by ``PENDAMPING_SECTION__KEY`` in the environment.

Every setting has a default, so an empty configuration runs (with the simulator). Relative paths count from the working
directory, wherever the file lies. `load` checks everything at once; each problem names its key and where it was set.

This module and `bot.log` lie beside the layers, not in them: they import nothing else of ours.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "PENDAMPING_"
TELEGRAM_API = "https://api.telegram.org"


class ConfigError(Exception):
    """The configuration can't be used; `problems` are whole sentences, each naming its key. No secret is in them."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def host_port(listen: str) -> tuple[str, int]:
    """The two halves of ``127.0.0.1:8080`` or ``[::1]:8080``. Port 0 takes any free one. Raises `ValueError`."""
    host, colon, port = listen.rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise ValueError(f'must be an address and a port like "127.0.0.1:8080", not "{listen}"')
    return host.strip("[]"), int(port)


def _listen(value: str) -> str:
    host_port(value)
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f'"{value}" is not a time zone this machine knows; for example "Asia/Jakarta"') from None
    return value


def _languages(value: object) -> object:
    """A list, or (from the environment) words with commas: ``id,jv,en``."""
    if isinstance(value, str):
        return [word.strip(" \"'") for word in value.strip("[] ").split(",")]
    return value


def _distinct(value: tuple[str, ...]) -> tuple[str, ...]:
    if bad := [word for word in value if not re.fullmatch(r"[a-z]{2,3}", word)]:
        raise ValueError(f'must be language codes like "id", "jv", "en", not "{bad[0]}"')
    if not value or len(set(value)) < len(value):
        raise ValueError("must name at least one language, and none twice")
    return value


def _region(value: str) -> str:
    if not re.fullmatch(r"\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?", value):
        raise ValueError(f'must be a Kemendagri code like "35.73" (Kota Malang), not "{value}"')
    return value


def _database(value: str) -> str:
    if re.match(r"postgres", value):
        if not re.fullmatch(r"postgresql://[^/\s?#]*/[\w.-]+(\?[^\s#]+)?", value):
            raise ValueError("must be like postgresql://USER:PASSWORD@HOST/DATABASE")  # without repeating the password
    elif not re.fullmatch(r"sqlite:///[^?#:]*[^?#:/]", value):
        raise ValueError("must be sqlite:/// and the path of a file, like sqlite:///data/pendamping.db")
    return value


def _http(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f'must be an address like "https://chat.example.go.id", not "{value}"')
    return value.rstrip("/")


def _optional_http(value: str) -> str:
    return _http(value) if value else value


def _hour(value: str) -> str:
    if value and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError(f'must be a time of day like "02:30", or "" for never, not "{value}"')
    return value


Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Office(_Section):
    """Whose desk this is. `languages`: the first is the main one."""

    name: Annotated[str, Field(min_length=1)] = "Dinas Koperasi, Perindustrian dan Perdagangan Kota Malang"
    region: Annotated[str, AfterValidator(_region)] = "35.73"
    timezone: Annotated[str, AfterValidator(_zone)] = "Asia/Jakarta"
    languages: Annotated[tuple[str, ...], BeforeValidator(_languages), AfterValidator(_distinct)] = ("id", "jv", "en")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Database(_Section):
    """Where the data lies. `keys` is the folder of the master key and of the people's wrapped keys."""

    url: Annotated[str, AfterValidator(_database)] = "sqlite:///data/pendamping.db"
    keys: Path = Path("data/pendamping.keys")

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
    api_url: Annotated[str, AfterValidator(_http)] = TELEGRAM_API
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


class Web(_Section):
    """The web server for webhooks, health and metrics. `public_url`: how the platforms reach it, without our paths."""

    listen: Annotated[str, AfterValidator(_listen)] = "127.0.0.1:8080"
    public_url: Annotated[str, AfterValidator(_optional_http)] = ""


class Simulator(_Section):
    """The stand-in for Telegram with a chat page. `auto`: on when no bot has a token."""

    enabled: Literal["auto", "on", "off"] = "auto"
    listen: Annotated[str, AfterValidator(_listen)] = "127.0.0.1:8090"


class Limits(_Section):
    """Bounds that keep one person, or one bad hour, from stopping the desk for everybody."""

    flood_updates: Count = 20
    flood_seconds: Count = 10
    queue: Count = 10_000
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
    messages_days: Count = 30
    dedupe_days: Annotated[int, Field(ge=8)] = 14


class Backup(_Section):
    """The daily copy. `at`: the office's time of day, or "" for none."""

    at: Annotated[str, AfterValidator(_hour)] = "02:30"
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
    web: Web = Web()
    simulator: Simulator = Simulator()
    limits: Limits = Limits()
    talk: Talk = Talk()
    retention: Retention = Retention()
    backup: Backup = Backup()

    @property
    def simulated(self) -> bool:
        """Whether the simulator runs (then no bot has a token)."""
        return self.simulator.enabled == "on" or (self.simulator.enabled == "auto" and not self.telegram.accounts())

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


def _with_secrets(config: Config, problems: list[str]) -> Config:
    """`config` with the secrets that lie in files of their own."""
    telegram = config.telegram
    for desk in ("owners", "officers"):
        account: Account = getattr(telegram, desk)
        for key in ("token", "webhook_secret"):
            name: str = getattr(account, f"{key}_file")
            if not name:
                continue
            if getattr(account, key):
                problems.append(f"[telegram.{desk}] {key}: set either {key} or {key}_file, not both.")
                continue
            try:
                account = account.model_copy(update={key: SecretStr(_secret(Path(name)))})
            except ValueError as error:
                problems.append(f"[telegram.{desk}] {key}_file: {error}.")
        telegram = telegram.model_copy(update={desk: account})
    return config.model_copy(update={"telegram": telegram})


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
    if config.simulator.enabled == "on" and config.telegram.accounts():
        desks = " and ".join(f"[telegram.{desk}] token" for desk in config.telegram.accounts())
        yield f'[simulator] enabled: "on" and {desks} don\'t go together; take one of them out.'
    if config.simulator.enabled == "off" and not config.telegram.accounts():
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
