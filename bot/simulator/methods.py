"""The methods of the Bot API that this platform knows, each a plain function; refusals in the platform's own words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlsplit

from bot.simulator.entities import CAPTION_LIMIT, formatted
from bot.simulator.markup import Markup, markup
from bot.simulator.pictures import picture_size, sizes
from bot.simulator.polling import allow, confirm_below
from bot.simulator.refusal import Files, Json, Params, Refusal, bad, flag, string, structure, whole
from bot.simulator.things import Bot, Bubble, Chat, Sent
from bot.simulator.world import World

PHOTO_LIMIT = 10 * 1024 * 1024
FILE_LIMIT = 50 * 1024 * 1024
DOWNLOAD_LIMIT = 20 * 1024 * 1024
QUERY_LIVES = 60
"""Seconds within which a tap has to be answered."""
TYPING_LASTS = 5.0
DELETE_WITHIN = 48 * 3600

ACTIONS = frozenset(
    {"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document"}
    | {"choose_sticker", "find_location", "record_video_note", "upload_video_note"}
)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def _chat(world: World, bot: Bot, params: Params) -> Chat:
    if not string(params, "chat_id"):
        raise bad("chat_id is empty")
    try:
        chat_id = whole(params, "chat_id")
    except Refusal:
        chat_id = 0
    chat = world.chats.get((bot.id, chat_id))
    user = world.users.get(chat_id)
    if user and user.deactivated:
        raise Refusal(403, "Forbidden: user is deactivated")
    if user and not (chat and chat.started):
        raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
    if chat is None:
        raise bad("chat not found")
    if chat.blocked:
        raise Refusal(403, f"Forbidden: bot was {'blocked by the user' if user else 'kicked from the group chat'}")
    return chat


def _pace(world: World, chat: Chat) -> None:
    """Hold a message to the rates, before anything of it is kept."""
    world.limits.take(chat.bot, chat.id, chat.spoke, world.monotonic())


def _note(world: World, method: str, chat: Chat, message: int, params: Params) -> None:
    world.sent.append(Sent(method, chat.bot, chat.id, message, dict(params), world.monotonic()))


def _say(world: World, bot: Bot, chat: Chat, method: str, params: Params, content: Json, keys: Markup) -> Json:
    if keys.kind == "inline":
        content = {**content, "reply_markup": keys.body}
    if keys.kind == "keyboard":
        chat.keyboard, chat.folded = keys.body, False
    if keys.kind == "remove":
        chat.keyboard = None
    chat.typing = 0.0
    bubble = world.post(chat, bot.json(), content, editable=keys.kind in {"none", "inline", "remove"})
    _note(world, method, chat, bubble.id, params)
    return cast(Json, bubble.message)


def get_me(world: World, bot: Bot, params: Params, files: Files) -> Any:
    return {
        **bot.json(),
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def set_webhook(world: World, bot: Bot, params: Params, files: Files) -> Any:
    url, secret = string(params, "url"), string(params, "secret_token")
    if url and urlsplit(url).hostname not in LOOPBACK:
        raise bad("bad webhook: the simulator only calls this machine")
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise bad("secret token contains unallowed characters")
    if flag(params, "drop_pending_updates"):
        confirm_below(world, bot, bot.next_update)
    bot.url, bot.secret, bot.last_error, bot.last_error_at = url, secret if url else "", "", 0
    bot.connections = min(max(whole(params, "max_connections", 40), 1), 100)
    allow(world, bot, params)
    world.keep_bot(bot)
    world.brought.update(chat.key for chat in world.chats.values() if chat.bot == bot.id and chat.waiting)
    world.courier.ring()
    bot.bell.ring()
    return True


def delete_webhook(world: World, bot: Bot, params: Params, files: Files) -> Any:
    return set_webhook(world, bot, {"drop_pending_updates": flag(params, "drop_pending_updates")}, files)


def get_webhook_info(world: World, bot: Bot, params: Params, files: Files) -> Any:
    info: Json = {
        "url": bot.url,
        "has_custom_certificate": False,
        "pending_update_count": sum(1 for _ in world.due(bot)),
    }
    if bot.url:
        info["max_connections"] = bot.connections
    if bot.last_error:
        info |= {"last_error_date": bot.last_error_at, "last_error_message": bot.last_error}
    if bot.allowed:
        info["allowed_updates"] = bot.allowed
    return info


def send_message(world: World, bot: Bot, params: Params, files: Files) -> Any:
    chat = _chat(world, bot, params)
    text, entities = formatted(params)
    keys = markup(params)
    structure(params, "link_preview_options")
    _pace(world, chat)
    content: Json = {"text": text, "entities": entities} if entities else {"text": text}
    return _say(world, bot, chat, "sendMessage", params, content, keys)


def _captioned(params: Params) -> Json:
    caption, entities = formatted(params, "caption", CAPTION_LIMIT)
    found: Json = {"caption": caption} if caption else {}
    if entities:
        found["caption_entities"] = entities
    return found


def _upload(params: Params, files: Files, key: str) -> tuple[str, bytes, str] | str:
    """The upload under `key`, or the id of a file that is here already."""
    named = string(params, key)
    if key in files:
        return files[key]
    if named.startswith("attach://") and named[9:] in files:
        return files[named[9:]]
    if not named or named.startswith("attach://"):
        raise bad(f"there is no {key} in the request")
    return named


def _known(world: World, bot: Bot, file_id: str) -> str:
    stored = world.files.get(file_id)
    if stored is None or stored.bot != bot.id:
        raise bad("wrong file identifier/HTTP URL specified")
    return file_id


def send_photo(world: World, bot: Bot, params: Params, files: Files) -> Any:
    chat = _chat(world, bot, params)
    content, keys = _captioned(params), markup(params)
    given = _upload(params, files, "photo")
    data = world.blobs[_known(world, bot, given)] if isinstance(given, str) else given[1]
    if len(data) > PHOTO_LIMIT:
        raise Refusal(413, "Request Entity Too Large")
    size = picture_size(data)
    if size is None:
        raise bad("IMAGE_PROCESS_FAILED")
    if sum(size) > 10_000 or max(size) > 20 * min(size):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    _pace(world, chat)
    return _say(world, bot, chat, "sendPhoto", params, {"photo": sizes(world, bot, data, size), **content}, keys)


def send_document(world: World, bot: Bot, params: Params, files: Files) -> Any:
    chat = _chat(world, bot, params)
    content, keys = _captioned(params), markup(params)
    given = _upload(params, files, "document")
    if isinstance(given, str):
        stored = world.files[_known(world, bot, given)]
        _pace(world, chat)
        name, mime = stored.path.rpartition("/")[2], stored.mime
    else:
        name, data, mime = given
        if len(data) > FILE_LIMIT:
            raise Refusal(413, "Request Entity Too Large")
        if not data:
            raise bad("file must be non-empty")
        _pace(world, chat)
        stored = world.keep_file(bot, "documents", re.sub(r"^[^.]*", "", name)[-10:], mime, data)
    document: Json = {
        "file_id": stored.id,
        "file_unique_id": stored.id.split("-")[0],
        "file_size": stored.size,
        "file_name": name,
        "mime_type": mime or "application/octet-stream",
    }
    return _say(world, bot, chat, "sendDocument", params, {"document": document, **content}, keys)


def _own(chat: Chat, bot: Bot, params: Params) -> tuple[Bubble, Json]:
    """The message to edit. Raises `Refusal` where there is none, or it isn't the bot's."""
    bubble = chat.bubbles.get(whole(params, "message_id"))
    if bubble is None or bubble.message is None:
        raise bad("message to edit not found")
    if bubble.message["from"]["id"] != bot.id or not bubble.editable:
        raise bad("message can't be edited")
    return bubble, bubble.message


def _edit(world: World, chat: Chat, bubble: Bubble, new: Json, method: str, params: Params) -> Json:
    old = bubble.message
    if old is not None and {**old, "edit_date": 0} == {**new, "edit_date": 0}:
        raise bad(
            "message is not modified: specified new message content and reply markup are exactly the same as a current "
            "content and reply markup of the message"
        )
    if world.limits.chat:
        world.limits.chat.take(chat.key, world.monotonic())
    bubble.message = {**new, "edit_date": int(world.now())}
    world.keep_bubble(chat, bubble)
    _note(world, method, chat, bubble.id, params)
    return bubble.message


def _buttons(params: Params) -> Json:
    keys = markup(params)
    if keys.kind not in {"none", "inline"}:
        raise bad("inline keyboard expected")
    return {"reply_markup": keys.body} if keys.kind == "inline" else {}


def edit_message_text(world: World, bot: Bot, params: Params, files: Files) -> Any:
    chat = _chat(world, bot, params)
    bubble, old = _own(chat, bot, params)
    if "text" not in old:
        raise bad("there is no text in the message to edit")
    text, entities = formatted(params)
    new = {key: value for key, value in old.items() if key not in {"text", "entities", "reply_markup"}}
    new |= {"text": text, **({"entities": entities} if entities else {}), **_buttons(params)}
    return _edit(world, chat, bubble, new, "editMessageText", params)


def edit_message_reply_markup(world: World, bot: Bot, params: Params, files: Files) -> Any:
    chat = _chat(world, bot, params)
    bubble, old = _own(chat, bot, params)
    new = {key: value for key, value in old.items() if key != "reply_markup"} | _buttons(params)
    return _edit(world, chat, bubble, new, "editMessageReplyMarkup", params)


def delete_message(world: World, bot: Bot, params: Params, files: Files) -> Any:
    chat = _chat(world, bot, params)
    bubble = chat.bubbles.get(whole(params, "message_id"))
    if bubble is None or bubble.message is None:
        raise bad("message to delete not found")
    own = bubble.message["from"]["id"] == bot.id
    if world.now() - bubble.message["date"] > DELETE_WITHIN or not (own or chat.private):
        raise bad("message can't be deleted for everyone")
    bubble.message = None
    world.keep_bubble(chat, bubble)
    _note(world, "deleteMessage", chat, bubble.id, params)
    return True


def answer_callback_query(world: World, bot: Bot, params: Params, files: Files) -> Any:
    query = world.queries.get(string(params, "callback_query_id"))
    if query is None or query.bot != bot.id or world.now() - query.at > QUERY_LIVES:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    text = string(params, "text")
    if len(text) > 200:
        raise bad("MESSAGE_TOO_LONG")
    query.answered, query.text, query.alert = True, text, flag(params, "show_alert")
    world.keep_query(query)
    _note(world, "answerCallbackQuery", world.chats[query.bot, query.chat], query.message_id, params)
    return True


def send_chat_action(world: World, bot: Bot, params: Params, files: Files) -> Any:
    chat = _chat(world, bot, params)
    if string(params, "action") not in ACTIONS:
        raise bad("wrong parameter action in request")
    chat.typing = world.monotonic() + TYPING_LASTS
    world.keep_chat(chat)  # a page that was between two questions would not hear a bell alone
    _note(world, "sendChatAction", chat, 0, params)
    return True


def get_file(world: World, bot: Bot, params: Params, files: Files) -> Any:
    stored = world.files.get(string(params, "file_id"))
    if stored is None or stored.bot != bot.id:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if stored.size > DOWNLOAD_LIMIT:
        raise bad("file is too big")
    return {
        "file_id": stored.id,
        "file_unique_id": stored.id.split("-")[0],
        "file_size": stored.size,
        "file_path": stored.path,
    }


def set_my_commands(world: World, bot: Bot, params: Params, files: Files) -> Any:
    given = structure(params, "commands")
    commands = cast(list[Any], given) if isinstance(given, list) else []
    if len(commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        one = cast(Json, command) if isinstance(command, dict) else {}
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(one.get("command", ""))):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(str(one.get("description", ""))) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    bot.commands = commands
    world.keep_bot(bot)
    return True


def get_my_commands(world: World, bot: Bot, params: Params, files: Files) -> Any:
    return bot.commands


METHODS: dict[str, Callable[[World, Bot, Params, Files], Any]] = {
    "getme": get_me,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "sendmessage": send_message,
    "sendphoto": send_photo,
    "senddocument": send_document,
    "editmessagetext": edit_message_text,
    "editmessagereplymarkup": edit_message_reply_markup,
    "deletemessage": delete_message,
    "answercallbackquery": answer_callback_query,
    "sendchataction": send_chat_action,
    "getfile": get_file,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
}
"""By lower-case name, as the platform doesn't mind the case; ``getUpdates``, the one that waits, is in `polling`."""
