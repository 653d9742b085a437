"""The settings: what overrides what, and what is said when something is wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.config import Config, ConfigError, host_port, load

TOKEN = "123456789:AAFcanarycanarycanarycanarycanary00"
OTHER = "987654321:AAFcanarycanarycanarycanarycanary00"
SECRET = "canary-secret-canary-secret-canary-00"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # no config.toml of the house


def written(text: str, name: str = "config.toml") -> Path:
    path = Path(name)
    path.write_text(text)
    return path


def problems(path: Path | None = None, /, **env: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path, {f"PENDAMPING_{key}": value for key, value in env.items()})
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def test_with_nothing_set_the_simulator_runs_on_a_database_of_its_own():
    config = load(None, {})
    assert config.simulated
    assert config.database.url == "sqlite:///data/simulator.db"
    assert config.database.keys == Path("data/simulator.keys")


def test_with_a_token_the_simulator_is_off():
    config = load(None, {"PENDAMPING_TELEGRAM__OWNERS__TOKEN": TOKEN})
    assert not config.simulated
    assert config.database.file == Path("data/pendamping.db")
    assert config.database.keys == Path("data/pendamping.keys")
    assert list(config.telegram.accounts()) == ["owners"]


@pytest.mark.parametrize("where", ["file", "environment"])
def test_a_database_that_is_named_is_used_by_the_simulator_too(where: str):
    if where == "file":
        config = load(written('[database]\nurl = "sqlite:////srv/desk.db"\n[simulator]\nenabled = "on"'), {})
    else:
        config = load(
            None,
            {"PENDAMPING_DATABASE__URL": "sqlite:////srv/desk.db", "PENDAMPING_SIMULATOR__ENABLED": "on"},
        )
    assert config.database.file == Path("/srv/desk.db")
    assert config.database.keys == Path("/srv/desk.keys")


def test_the_default_url_counts_as_named_when_it_is_written_down():
    config = load(None, {"PENDAMPING_DATABASE__URL": "sqlite:///data/pendamping.db"})
    assert config.simulated
    assert config.database.url == "sqlite:///data/pendamping.db"


def test_the_environment_overrides_the_file_key_by_key():
    written('[web]\nlisten = "127.0.0.1:1"\npublic_url = "https://a.example/"\n[limits]\nqueue = 7\n')
    config = load(None, {"PENDAMPING_WEB__LISTEN": "[::1]:2", "PENDAMPING_OFFICE__LANGUAGES": "id, en", "HOME": "/"})
    assert config.web.listen == "[::1]:2"
    assert config.web.public_url == "https://a.example"
    assert config.limits.queue == 7
    assert config.office.languages == ("id", "en")


def test_a_file_is_found_by_its_path_and_by_nothing_else():
    written("[limits]\nqueue = 1\n")
    assert load(written("[limits]\nqueue = 2\n", "other.toml"), {}).limits.queue == 2
    assert problems(Path("missing.toml")) == ["missing.toml: there is no such file."]
    assert problems(written("[limits\n", "broken.toml"))[0].startswith("broken.toml: can't be read as TOML")


def test_every_problem_is_named_at_once_with_where_it_was_set():
    written('[web]\nlisen = "x"\nlisten = "8080"\n[telegram.owner]\ntoken = "x"\n[offices]\n')
    found = "\n".join(problems(LIMITS__QUEUE="many", WEB__PORT="1", SECTION__KEY="1", TALK="x"))
    for expected in (
        "[web] lisen: no such setting. Allowed here: listen, public_url (set in config.toml)",
        '[web] listen: must be an address and a port like "127.0.0.1:8080", not "8080" (set in config.toml)',
        "[telegram] owner: no such setting. Allowed here: owners, officers (set in config.toml)",
        "[offices]: no such setting. Allowed here: office, database, telegram",
        "(set by PENDAMPING_LIMITS__QUEUE)",
        "[web] port: no such setting. Allowed here: listen, public_url (set by PENDAMPING_WEB__PORT)",
        "PENDAMPING_SECTION__KEY: no such setting. Allowed: PENDAMPING_OFFICE__",
        "[talk]: is a section, it holds idle_hours, nudge_hours (set by PENDAMPING_TALK)",
    ):
        assert expected in found


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("OFFICE__REGION", "Malang", "[office] region: must be a Kemendagri code"),
        ("OFFICE__TIMEZONE", "Asia/Malang", "[office] timezone: "),
        ("OFFICE__TIMEZONE", "../etc/passwd", "[office] timezone: "),
        ("OFFICE__LANGUAGES", "", "[office] languages: "),
        ("OFFICE__LANGUAGES", "id,id", "[office] languages: "),
        ("OFFICE__NAME", "", "[office] name: "),
        ("DATABASE__URL", "postgres://u:canary@h/d", "[database] url: must be like postgresql://"),
        ("DATABASE__URL", "postgresql://u:canary@h", "[database] url: must be like postgresql://"),
        ("DATABASE__URL", "sqlite:///:memory:", "[database] url: must be sqlite:///"),
        ("DATABASE__URL", "sqlite:///", "[database] url: must be sqlite:///"),
        ("TELEGRAM__OWNERS__TOKEN", "canary", "[telegram.owners] token: is not a bot's token"),
        ("TELEGRAM__OWNERS__LIBRARY", "telebot", "[telegram.owners] library: must be 'python-telegram-bot' or"),
        ("TELEGRAM__OFFICERS__MODE", "push", "[telegram.officers] mode: must be 'polling' or 'webhook'"),
        ("TELEGRAM__OWNERS__API_URL", "api.telegram.org", "[telegram.owners] api_url: must be an address"),
        ("WEB__LISTEN", "127.0.0.1:70000", "[web] listen: "),
        ("SIMULATOR__ENABLED", "yes", "[simulator] enabled: must be 'auto', 'on' or 'off'"),
        ("SIMULATOR__ENABLED", "off", '[simulator] enabled: "off", and no bot has a token'),
        ("SIMULATOR__LISTEN", "127.0.0.1:8080", "[simulator] listen: 127.0.0.1:8080 is taken by [web] listen"),
        ("BACKUP__AT", "25:00", "[backup] at: "),
        ("RETENTION__WISHES_DAYS", "1000000", "[retention] wishes_days: must be less than or equal to 36500"),
        ("RETENTION__DEDUPE_DAYS", "1000000", "[retention] dedupe_days: must be less than or equal to 36500"),
        ("RETENTION__PAYLOAD_HOURS", "1000000000", "[retention] payload_hours: must be less than or equal to 1000000"),
        ("TALK__IDLE_HOURS", "inf", "[talk] idle_hours: must be less than or equal to 876000"),
        ("LIMITS__TURN_KILL_S", "nan", "[limits] turn_kill_s: must be "),
        ("RETENTION__DEDUPE_DAYS", "7", "[retention] dedupe_days: "),
    ],
)
def test_a_wrong_value_is_named(key: str, value: str, said: str):
    (found,) = problems(**{key: value})
    assert found.startswith(said)
    assert "canary" not in found


def test_the_simulator_and_a_token_do_not_go_together():
    (found,) = problems(SIMULATOR__ENABLED="on", TELEGRAM__OFFICERS__TOKEN=TOKEN)
    assert found.startswith("[simulator] enabled:")
    assert "[telegram.officers] token" in found


def test_owners_and_officers_need_two_bots():
    same = {"TELEGRAM__OWNERS__TOKEN": TOKEN, "TELEGRAM__OFFICERS__TOKEN": TOKEN + "x"}
    assert problems(**same)[0].startswith("[telegram.officers] token: ")
    load(None, {"PENDAMPING_TELEGRAM__OWNERS__TOKEN": TOKEN, "PENDAMPING_TELEGRAM__OFFICERS__TOKEN": OTHER})


def test_a_webhook_needs_a_public_address_and_a_secret():
    hook = {"TELEGRAM__OWNERS__TOKEN": TOKEN, "TELEGRAM__OWNERS__MODE": "webhook"}
    address, secret = problems(**hook)
    assert address.startswith("[web] public_url: must be set")
    assert secret.startswith("[telegram.owners] webhook_secret: must be set")
    assert "token_urlsafe" in secret

    plain = {**hook, "WEB__PUBLIC_URL": "http://desk.example", "TELEGRAM__OWNERS__WEBHOOK_SECRET": "canary-too-short"}
    address, secret = problems(**plain)
    assert address.startswith("[web] public_url: must begin with https://")
    assert secret.startswith("[telegram.owners] webhook_secret: must be 32 to 256")
    assert "canary" not in secret

    right = {**hook, "WEB__PUBLIC_URL": "https://desk.example", "TELEGRAM__OWNERS__WEBHOOK_SECRET": SECRET}
    config = load(None, {f"PENDAMPING_{key}": value for key, value in right.items()})
    assert config.telegram.owners.webhook_secret.get_secret_value() == SECRET


def test_whatsapp_needs_its_number_and_all_of_its_secrets():
    lacking = problems(WHATSAPP__ACCESS_TOKEN="canary")
    assert [problem.partition(":")[0] for problem in lacking] == [
        "[whatsapp] phone_number_id", "[whatsapp] app_secret", "[whatsapp] verify_token",
    ]  # fmt: skip
    assert problems(WHATSAPP__PHONE_NUMBER_ID="+62 812")[0].startswith("[whatsapp] phone_number_id: ")
    assert problems(WHATSAPP__API_VERSION="25")[0].startswith("[whatsapp] api_version: ")
    secret = written("canary\n", "secret")
    secret.chmod(0o600)
    files = {f"PENDAMPING_WHATSAPP__{key}_FILE": "secret" for key in ("ACCESS_TOKEN", "APP_SECRET", "VERIFY_TOKEN")}
    config = load(None, {"PENDAMPING_WHATSAPP__PHONE_NUMBER_ID": "106540352242922", **files})
    assert config.whatsapp.lacking() == []
    assert not config.simulated
    assert "canary" not in repr(config)
    assert "[whatsapp] access_token" in problems(SIMULATOR__ENABLED="on", WHATSAPP__ACCESS_TOKEN="canary")[-1]


def test_secrets_are_in_no_text_of_the_configuration():
    config = load(
        written(f'[telegram.owners]\ntoken = "{TOKEN}"\nwebhook_secret = "{SECRET}"\n'),
        {"PENDAMPING_TELEGRAM__OFFICERS__TOKEN": OTHER},
    )
    for text in (repr(config), str(config), config.model_dump_json(), repr(config.telegram.owners)):
        assert "canary" not in text
    written(f'[telegram.owners]\ntoken = ["{TOKEN}"]\nwebhook_secret = 5\ntokens = "{SECRET}"\n')
    with pytest.raises(ConfigError) as caught:
        load(None, {})
    assert len(caught.value.problems) == 3
    assert "canary" not in str(caught.value)


def test_a_secret_is_read_from_a_file_that_only_we_may_read():
    path = written(TOKEN + "\n", "token")
    env = {"PENDAMPING_TELEGRAM__OWNERS__TOKEN_FILE": str(path)}
    path.chmod(0o644)
    (found,) = problems(TELEGRAM__OWNERS__TOKEN_FILE=str(path))
    assert found.startswith("[telegram.owners] token_file: everybody on this machine can open token")
    assert "chmod" in found
    path.chmod(0o640)
    config = load(None, env)
    assert config.telegram.owners.token.get_secret_value() == TOKEN
    assert not config.simulated


def test_a_secret_file_that_cannot_be_used_is_named():
    empty = written("\n", "empty")
    empty.chmod(0o600)
    assert "is empty" in problems(TELEGRAM__OWNERS__TOKEN_FILE=str(empty))[0]
    assert "No such file" in problems(TELEGRAM__OWNERS__WEBHOOK_SECRET_FILE="missing")[0]
    both = problems(TELEGRAM__OWNERS__TOKEN_FILE=str(empty), TELEGRAM__OWNERS__TOKEN=TOKEN)
    assert both == ["[telegram.owners] token: set either token or token_file, not both."]


def test_a_secret_in_the_environment_beats_a_secret_file_in_the_file():
    written('[telegram.owners]\ntoken_file = "missing"\n')
    config = load(None, {"PENDAMPING_TELEGRAM__OWNERS__TOKEN": TOKEN})
    assert config.telegram.owners.token.get_secret_value() == TOKEN


def test_without_an_environment_given_the_process_s_own_counts(monkeypatch: pytest.MonkeyPatch):
    for name in [name for name in os.environ if name.startswith("PENDAMPING_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PENDAMPING_LIMITS__QUEUE", "3")
    assert load().limits.queue == 3
    assert Config().limits.queue == 10_000


@pytest.mark.parametrize(
    ("listen", "host", "port"),
    [("127.0.0.1:8080", "127.0.0.1", 8080), ("[::1]:0", "::1", 0), ("localhost:1", "localhost", 1)],
)
def test_an_address_has_two_halves(listen: str, host: str, port: int):
    assert host_port(listen) == (host, port)
