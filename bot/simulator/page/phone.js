// One phone: shows what the simulator tells of a chat, and does there what its owner does.
// Words of people and of the bot only ever become text nodes, never HTML.
'use strict';

const $ = id => document.getElementById(id);
const RETRY = 1500; // ms until the next try when the simulator is away

let world = { life: '', bots: [], people: [] };
let bot = '', user = 0;
let shown = fresh();
const link = Object.fromEntries(new URLSearchParams(location.search)); // a deep link: ?bot=…&start=…
let round = 0; // raised when another chat comes on the screen, so that the loop of the former one ends

function fresh() {
  return { now: -1, life: '', messages: new Map(), taps: new Map(), keyboard: null, blocked: false, typing: false };
}

// --- talking to the simulator

class Gone extends Error {}

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch('/phone/' + path, options);
  } catch (error) {
    throw new Gone(error.message);
  }
  if (answer.status >= 500) throw new Gone(String(answer.status));
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

const post = (path, body) =>
  ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

async function act(deed, what = {}) {
  try {
    return await post(deed, { user, bot, ...what });
  } catch (error) {
    const away = error instanceof Gone;
    if (away) $('line').hidden = false;
    if (!away) console.warn(deed, error.message);
    notice(away ? 'Belum terkirim. Sambungan sedang dicoba lagi.' : 'Itu belum bisa dilakukan.');
    return null;
  }
}

const pause = ms => new Promise(done => setTimeout(done, ms));

// --- who is holding the phone

function remember() {
  try { localStorage.setItem('phone', JSON.stringify({ bot, user })); } catch { /* a private window keeps nothing */ }
}

function recall() {
  try { return JSON.parse(localStorage.getItem('phone')) || {}; } catch { return {}; }
}

async function meet() {
  world = await ask('people');
  if (!world.people.length) {
    await post('person', { first_name: 'Siti', phone: '6281234567890' });
    world = await ask('people');
  }
  const before = { ...(user ? { bot, user } : recall()), ...(link.bot && { bot: link.bot }) };
  bot = (world.bots.find(b => b.username === before.bot) || world.bots[0] || {}).username || '';
  user = (world.people.find(p => p.id === before.user) || world.people[0]).id;
  drawPeople();
  if (link.bot) {
    if ('start' in link) await act('start', { payload: link.start });
    delete link.bot;
    history.replaceState(null, '', '/');
  }
}

function drawPeople() {
  $('bots').replaceChildren(...world.bots.map(b => {
    const tab = button(b.name, () => { bot = b.username; change(); });
    tab.setAttribute('aria-pressed', String(b.username === bot));
    return tab;
  }));
  $('people').replaceChildren(...world.people.map(p => {
    const option = document.createElement('option');
    option.value = p.id;
    option.textContent = p.phone ? `${p.first_name} (${p.phone})` : p.first_name;
    option.selected = p.id === user;
    return option;
  }));
}

function change() {
  remember();
  drawPeople();
  follow();
}

// --- following a chat

async function follow() {
  const mine = ++round;
  shown = fresh();
  draw();
  while (mine === round) {
    try {
      if (!bot || !world.life) await meet();
      if (!bot) { await pause(RETRY); continue; }
      // Just back: an answer at once tells that the line holds.
      const wait = !$('line').hidden ? 0 : shown.typing ? 3 : 20;
      const news = await ask(`chat?bot=${encodeURIComponent(bot)}&user=${user}&since=${shown.now}&life=${shown.life}` +
        `&wait=${wait}`);
      if (mine !== round) return;
      $('line').hidden = true;
      take(news);
    } catch (error) {
      if (mine !== round) return;
      if (error instanceof Gone) {
        $('line').hidden = false;
      } else {
        world.life = ''; // the person is unknown here: everything was forgotten
        user = 0;
        shown = fresh();
        draw();
      }
      await pause(RETRY);
    }
  }
}

function take(news) {
  if (news.life !== shown.life) shown = fresh();
  for (const change of news.messages) {
    if (change.message) shown.messages.set(change.message_id, change.message);
    else shown.messages.delete(change.message_id);
  }
  for (const tap of news.taps) {
    const before = shown.taps.get(tap.id);
    shown.taps.set(tap.id, tap);
    if (before && !before.answered && tap.answered && tap.text) notice(tap.text);
  }
  const { life, now, keyboard, blocked, typing } = news;
  Object.assign(shown, { life, now, keyboard, blocked, typing });
  draw();
}

// --- drawing

function button(label, action) {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = label;
  made.addEventListener('click', action);
  return made;
}

function piece(tag, text, className = '') {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
}

const STYLES = { bold: 'b', italic: 'i', underline: 'u', strikethrough: 's', code: 'code', pre: 'code' };

// Offsets count UTF-16 units, as JavaScript's strings do.
function styled(text, entities) {
  const found = document.createDocumentFragment();
  let at = 0;
  for (const one of entities) {
    if (!STYLES[one.type] || one.offset < at) continue;
    found.append(text.slice(at, one.offset), piece(STYLES[one.type], text.slice(one.offset, one.offset + one.length)));
    at = one.offset + one.length;
  }
  found.append(text.slice(at));
  return found;
}

function inside(message) {
  const parts = [];
  if (message.photo) {
    const image = document.createElement('img');
    image.src = '/phone/file/' + encodeURIComponent(message.photo[message.photo.length - 1].file_id);
    image.alt = 'foto';
    parts.push(image);
  }
  if (message.document) parts.push(piece('span', '📄 ' + message.document.file_name, 'note'));
  if (message.contact) parts.push(piece('span', `👤 ${message.contact.first_name} ${message.contact.phone_number}`, 'note'));
  if (message.sticker) parts.push(piece('span', message.sticker.emoji || 'stiker'));
  if (message.voice) parts.push(piece('span', '🎤 pesan suara', 'note'));
  if (message.location) parts.push(piece('span', `📍 ${message.location.latitude}, ${message.location.longitude}`, 'note'));
  if (message.text) parts.push(styled(message.text, message.entities || []));
  if (message.caption) parts.push(styled(message.caption, message.caption_entities || []));
  return parts;
}

function bubble(message) {
  const item = document.createElement('li');
  item.className = message.from.is_bot ? '' : 'own';
  const body = piece('div', '', 'bubble');
  body.append(...inside(message));
  const when = new Date(message.date * 1000).toLocaleTimeString('id-ID', { hour: '2-digit', minute: '2-digit' });
  body.append(piece('time', message.edit_date && message.text ? `diubah ${when}` : when));
  item.append(body);
  const rows = (message.reply_markup || {}).inline_keyboard || [];
  if (rows.length) item.append(buttons(message.message_id, rows));
  return item;
}

function buttons(message_id, rows) {
  const box = piece('div', '', 'buttons');
  const open = [...shown.taps.values()].filter(tap => tap.message_id === message_id && !tap.answered);
  for (const row of rows) {
    const line = document.createElement('div');
    for (const key of row) {
      const made = button(key.text, () => key.callback_data && act('tap', { message_id, choice: key.callback_data }));
      if (open.some(tap => tap.data === key.callback_data)) made.className = 'busy';
      line.append(made);
    }
    box.append(line);
  }
  return box;
}

function drawKeys() {
  const rows = (shown.keyboard || {}).keyboard || [];
  $('keys').hidden = !rows.length;
  $('keys').replaceChildren(...rows.map(row => {
    const line = document.createElement('div');
    line.append(...row.map(key =>
      button(key.text, () => (key.request_contact ? act('contact') : act('say', { text: key.text })))));
    return line;
  }));
}

function draw() {
  const chat = $('chat');
  const atEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 80;
  const held = document.activeElement && chat.contains(document.activeElement);
  chat.replaceChildren(...[...shown.messages.keys()].sort((a, b) => a - b).map(id => bubble(shown.messages.get(id))));
  if (held) chat.focus(); // the button that had it may be gone
  for (const image of chat.querySelectorAll('img')) {
    image.addEventListener('load', () => { if (atEnd) chat.scrollTop = chat.scrollHeight; });
  }
  drawKeys();
  $('typing').hidden = !shown.typing;
  $('begin').hidden = !shown.life || (shown.messages.size > 0 && !shown.blocked);
  $('block').textContent = shown.blocked ? 'Buka blokir' : 'Blokir bot';
  if (atEnd || shown.messages.size < 3) chat.scrollTop = chat.scrollHeight; // last: the keys took some of its height
}

let hiding = 0;
function notice(text) {
  $('notice').textContent = text;
  $('notice').hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { $('notice').hidden = true; }, 4000);
}

// --- what the hand does

$('say').addEventListener('submit', async event => {
  event.preventDefault();
  const text = $('text').value.trim();
  if (!text) return;
  $('text').value = '';
  if (await act('say', { text }) === null && !$('text').value) $('text').value = text;
});
$('text').addEventListener('keydown', event => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $('say').requestSubmit();
  }
});
$('file').addEventListener('change', async () => {
  const [file] = $('file').files;
  if (!file) return;
  const query = new URLSearchParams({ user, bot, caption: $('text').value.trim() });
  try {
    await ask('photo?' + query, { method: 'POST', headers: { 'Content-Type': file.type }, body: file });
    $('text').value = '';
  } catch {
    notice('Foto belum terkirim. Silakan coba lagi.');
  }
  $('file').value = '';
});
$('start').addEventListener('click', () => act('start'));
$('share').addEventListener('click', () => act('contact'));
$('block').addEventListener('click', () => act(shown.blocked ? 'unblock' : 'block'));
$('people').addEventListener('change', () => { user = Number($('people').value); change(); });
$('other').addEventListener('click', () => $('new').showModal());
$('cancel').addEventListener('click', () => $('new').close());
$('new').addEventListener('close', async () => {
  const first_name = $('name').value.trim();
  if ($('new').returnValue !== 'ok' || !first_name) return;
  const person = await act('person', { first_name, phone: $('number').value.replace(/[^\d+]/g, '') });
  $('new').returnValue = $('name').value = $('number').value = '';
  if (!person) return;
  user = person.id;
  world = await ask('people');
  change();
});
$('forget').addEventListener('click', async () => {
  if (!confirm('Semua orang dan percakapan di simulator akan dihapus. Lanjutkan?')) return;
  if (!await act('forget')) return;
  world.life = '';
  user = 0;
  follow();
});

follow();
