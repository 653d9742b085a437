// Drawing one message. Words of people and of the bot only ever become text nodes, never HTML.

import { $, button, piece, timeOf } from './words.js';

const STYLES = { bold: 'b', italic: 'i', underline: 'u', strikethrough: 's', code: 'code', pre: 'code', footer: 'small' };

/** A text with its entities; offsets count UTF-16 units, as JavaScript's strings do. `open` is told of a tapped one. */
export function styled(text, entities, open) {
  const edges = new Set([0, text.length]);
  for (const one of entities) edges.add(one.offset).add(one.offset + one.length);
  const cuts = [...edges].sort((a, b) => a - b);
  const found = document.createDocumentFragment();
  for (let i = 0; i + 1 < cuts.length; i += 1) {
    const words = text.slice(cuts[i], cuts[i + 1]);
    let node = document.createTextNode(words);
    for (const one of entities) {
      if (one.offset > cuts[i] || one.offset + one.length < cuts[i + 1]) continue;
      node = wrapped(node, one, words, open);
    }
    found.append(node);
  }
  return found;
}

function wrapped(node, entity, words, open) {
  let outer = node;
  if (STYLES[entity.type]) outer = document.createElement(STYLES[entity.type]);
  if (entity.type === 'bot_command') outer = button('', () => open.command(words), 'command');
  if (entity.type === 'url' || entity.type === 'text_link') outer = link(entity.url || words, open);
  if (outer !== node) outer.append(node);
  return outer;
}

/** A link; one to this page (a deep link to a bot) is followed on the phone. */
export function link(address, open) {
  const made = document.createElement('a');
  const to = URL.canParse(address) ? new URL(address) : null;
  if (!to || !['http:', 'https:'].includes(to.protocol)) return made;
  made.href = to.href;
  made.target = '_blank';
  made.rel = 'noopener noreferrer';
  if (to.hostname === 'wa.me') {
    made.addEventListener('click', event => {
      event.preventDefault();
      open.number(to.pathname.slice(1), to.searchParams.get('text') || '');
    });
  }
  if (to.origin === location.origin && to.searchParams.has('bot')) {
    made.addEventListener('click', event => {
      event.preventDefault();
      open.deep(to.searchParams.get('bot'), to.searchParams.get('start') || '');
    });
  }
  return made;
}

function inside(message, open) {
  const parts = [];
  if (message.photo) {
    const size = message.photo[message.photo.length - 1];
    const image = document.createElement('img');
    image.width = size.width;
    image.height = size.height;
    image.src = '/phone/file/' + encodeURIComponent(size.file_id);
    image.alt = message.caption ? '' : 'Foto';
    parts.push(image);
  }
  const { document: file, contact, sticker, voice, location: place } = message;
  if (file) parts.push(fileLink(file));
  if (contact) parts.push(piece('span', `👤 ${contact.first_name}\n+${contact.phone_number.replace(/^\+/, '')}`, 'note'));
  if (sticker) parts.push(piece('span', sticker.emoji || '🙂', 'sticker'));
  if (voice) parts.push(voiceNote(voice.duration));
  if (place) parts.push(piece('span', `📍 Lokasi\n${place.latitude}, ${place.longitude}`, 'note'));
  if (message.text) parts.push(styled(shownText(message), message.entities || [], open));
  if (message.caption) parts.push(styled(message.caption, message.caption_entities || [], open));
  return parts;
}

// As in the app, what a deep link says to the bot isn't shown to the person.
const shownText = ({ text, from }) => (from.is_bot ? text : text.replace(/^(\/start) [\w-]+$/, '$1'));

function fileLink(file) {
  const made = document.createElement('a');
  made.className = 'note';
  made.textContent = `📄 ${file.file_name}\n${Math.max(1, Math.round(file.file_size / 1024))} KB`;
  made.href = '/phone/file/' + encodeURIComponent(file.file_id);
  made.download = file.file_name;
  return made;
}

function voiceNote(seconds) {
  const made = piece('span', '', 'voice-note');
  made.append(piece('span', '▶', 'play'), piece('span', '', 'wave'), piece('span', `0.0${seconds % 10}`));
  made.setAttribute('role', 'img');
  made.setAttribute('aria-label', `Pesan suara, ${seconds} detik`);
  return made;
}

const TICKS = {
  sent: [0, 'terkirim'], read: [1, 'diterima bot'], seen: [1, 'dibaca bot'], waiting: [2, 'menunggu jaringan'],
};

function tick(how) {
  const [number, words] = TICKS[how];
  const drawn = $('ticks').content.children[number].cloneNode(true);
  drawn.classList.toggle('seen', how === 'seen');
  return [drawn, piece('span', words, 'spoken')];
}

/** One message as a list item. `how` tells of a person's own: ``sent``, ``read``, ``seen`` or ``waiting``. */
export function bubble(message, how, pending, open) {
  const own = !message.from.is_bot;
  const item = piece('li', '', own ? 'own' : 'theirs');
  item.dataset.id = message.message_id;
  const body = piece('div', '', message.sticker ? 'bubble bare' : 'bubble');
  const words = piece('div', '', message.photo ? 'words pictured' : 'words');
  words.append(piece('span', own ? 'Dikirim: ' : 'Bot: ', 'spoken'));
  if (message.quote) words.append(piece('span', message.quote, 'quote'));
  words.append(...inside(message, open));
  const meta = piece('span', '', 'meta');
  if (own && message.text && !message.quoted) {
    const text = shownText(message);
    const change = button('', () => open.edit({ ...message, text }), 'change');
    change.setAttribute('aria-label', 'Ubah pesan: ' + text.slice(0, 40));
    change.append($('pencil').content.firstElementChild.cloneNode(true));
    body.append(change);
  }
  if (message.edit_date && message.text) meta.append(piece('span', 'diubah'));
  meta.append(piece('time', timeOf(new Date(message.date * 1000))));
  if (own) meta.append(...tick(how));
  words.append(meta);
  body.append(words);
  item.append(body);
  if (message.reaction) item.append(piece('span', message.reaction, 'reaction'));
  const rows = (message.reply_markup || {}).inline_keyboard || [];
  if (message.list) item.append(only(button(message.list.button, () => open.list(message), 'listing')));
  else if (message.ask) item.append(only(button(ASKED[message.ask], () => open.share(message.ask))));
  else if (rows.length) item.append(buttons(message.message_id, rows, pending, open));
  return item;
}

const ASKED = { location: 'Kirim lokasi', contact: 'Bagikan nomor' };

function only(made) {
  const box = piece('div', '', 'buttons');
  const line = document.createElement('div');
  line.append(made);
  box.append(line);
  return box;
}

function buttons(message_id, rows, pending, open) {
  const box = piece('div', '', 'buttons');
  for (const row of rows) {
    const line = document.createElement('div');
    for (const key of row) {
      if (key.url) {
        const made = link(key.url, open);
        made.textContent = key.text;
        line.append(made);
        continue;
      }
      const made = button(key.text, () => open.tap(message_id, key.callback_data));
      if (pending.includes(key.callback_data)) made.setAttribute('aria-busy', 'true');
      line.append(made);
    }
    box.append(line);
  }
  return box;
}
