// One phone: what its screen shows of a chat, and what its holder does there.

import { bubble } from './bubble.js';
import { composer } from './composer.js';
import { post, Gone } from './server.js';
import { list, menu } from './whatsapp.js';
import { $, arrange, button, dayOf, notice, now, piece, timeOf } from './words.js';

const NEAR = 70; // px from the end of the chat that count as the end

export class Phone {
  /** `desk`: the page around, told of deep links and asked for the state of the line. */
  constructor(number, desk) {
    this.number = number;
    this.desk = desk;
    this.bot = null;
    this.person = null;
    this.root = $('a-phone').content.firstElementChild.cloneNode(true);
    this.root.dataset.phone = number;
    this.write = composer(this.root, (deed, what) => this.act(deed, what), () => this.who());
    this.of('.start').addEventListener('click', () => this.start());
    this.of('.down').addEventListener('click', () => { this.toEnd(); this.of('.scroll').focus({ preventScroll: true }); });
    this.following = true; // the end of the chat stays in sight
    this.size = '';
    const size = () => `${this.of('.scroll').clientWidth} ${this.of('.scroll').clientHeight}`;
    // When the window changes, the scrolling that comes of it tells nothing of what the holder wants to see.
    this.of('.scroll').addEventListener('scroll', () => { if (size() === this.size) this.scrolled(); });
    new ResizeObserver(() => {
      this.size = size();
      if (this.following) this.toEnd();
      else this.scrolled();
    }).observe(this.of('.scroll'));
    this.open = {
      tap: (message_id, choice) => this.act('tap', { message_id, choice }),
      command: text => this.act('say', { text }),
      edit: message => this.write.edit(message),
      deep: (bot, start) => desk.follow(bot, start, this),
      number: (phone, text) => desk.dial(phone, text, this),
      list: message => list(message, choice => this.act('tap', { message_id: message.message_id, choice })),
      share: what => this.write.share(what),
    };
    this.empty();
  }

  of(name) { return this.root.querySelector(name); }
  who() { return { user: this.person.id, bot: this.bot.username }; }
  get whatsapp() { return Boolean(this.bot && this.bot.phone); }
  get officer() { return this.desk.isOfficers(this.bot); }

  empty() {
    this.since = -1;
    this.messages = new Map();
    this.taps = new Map();
    this.drawn = new Map(); // message id: { sign, node }
    this.seen = { keyboard: null, folded: false, blocked: false, typing: false, waiting: [], whatsapp: null };
    this.readTo = 0; // the newest message that WhatsApp was told she has seen
    this.unread = 0; // bot's messages that came while nobody looked
    this.payload = ''; // of a deep link that waits for START
  }

  /** Put it into somebody's hands. */
  give(person, bot) {
    if (this.person && this.person.id === person.id && this.bot.username === bot.username) return;
    this.person = person;
    this.bot = bot;
    this.empty();
    this.write.clear();
    this.draw(true);
  }

  async act(deed, what = {}) {
    try {
      return await post(deed, { ...this.who(), ...what });
    } catch (error) {
      const away = error instanceof Gone;
      if (!away) console.warn(deed, error.message);
      notice(away ? 'Belum terkirim. Sambungan sedang dicoba lagi.' : 'Itu belum bisa dilakukan.');
      return null;
    }
  }

  async start() {
    const { payload } = this;
    this.payload = '';
    const invited = this.officer && this.desk.world.invites && !payload && !this.messages.size;
    const done = await (invited ? this.act('join') : this.act('start', payload ? { payload } : {}));
    if (!done) this.payload = payload;
    this.draw();
    if (done && !this.of('.say').hidden) this.of('.say textarea').focus({ preventScroll: true });
  }

  /** Take what the simulator tells of the chat. */
  take(news) {
    const first = this.since < 0;
    let spoke = false, heard = 0;
    for (const { message_id, message } of news.messages) {
      if (message && !this.messages.has(message_id)) {
        if (message.from.is_bot) heard += 1;
        else spoke = true;
      }
      if (message) this.messages.set(message_id, message);
      else this.messages.delete(message_id);
    }
    for (const tap of news.taps) {
      const before = this.taps.get(tap.id);
      this.taps.set(tap.id, tap);
      if (!first && !(before && before.answered) && tap.answered && tap.text) this.tell(tap);
    }
    const { keyboard, folded, blocked, typing, waiting, whatsapp } = news;
    this.seen = { keyboard, folded, blocked, typing, waiting, whatsapp };
    const following = first || spoke || this.following;
    if (!first && heard && !(following && this.desk.sees(this))) this.unread += heard;
    this.since = news.now;
    this.draw(following);
  }

  tell(tap) {
    if (tap.alert) {
      $('told').querySelector('p').textContent = tap.text;
      if (!$('told').open) $('told').showModal();
      return;
    }
    const toast = this.of('.toast');
    toast.textContent = tap.text;
    toast.hidden = false;
    clearTimeout(this.hiding);
    this.hiding = setTimeout(() => { toast.hidden = true; }, 4000);
  }

  // --- the end of the chat

  atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.of('.scroll');
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  toEnd() {
    const scroll = this.of('.scroll');
    scroll.scrollTop = scroll.scrollHeight;
    this.scrolled();
  }

  scrolled() {
    const end = this.following = this.atEnd();
    if (end && this.desk.sees(this) && this.unread) {
      this.unread = 0;
      this.desk.drawTabs();
    }
    this.of('.down').hidden = end;
    this.of('.count').textContent = this.unread || '';
  }

  // --- drawing

  draw(following = this.following) {
    const held = this.of('.chat').contains(document.activeElement) ? document.activeElement : null;
    arrange(this.of('.chat'), this.items());
    if (held && !held.isConnected) this.refocus(held);
    this.write.keys(this.seen.blocked ? null : this.seen.keyboard, this.seen.folded);
    this.drawBar();
    this.drawApps();
    this.drawBegin();
    this.tellRead();
    if (following) this.toEnd(); // last: the keys took some of its height
    else this.scrolled();
    for (const image of this.of('.chat').querySelectorAll('img')) {
      if (!image.complete) image.addEventListener('load', () => { if (following) this.toEnd(); }, { once: true });
    }
  }

  items() {
    const found = [];
    const messages = [...this.messages.keys()].sort((a, b) => a - b).map(id => this.messages.get(id));
    const kept = new Map();
    let day = '';
    messages.forEach((message, i) => {
      const label = dayOf(new Date(message.date * 1000));
      if (label !== day) found.push(this.keep(kept, `day ${label}`, label, () => dayItem(label)));
      day = label;
      const how = !this.seen.waiting.includes(message.message_id) ? (message.ticks === 'read' ? 'seen' : 'read') : this.desk.world.switches.held ? 'waiting' : 'sent';
      const pending = [...this.taps.values()]
        .filter(tap => tap.message_id === message.message_id && !tap.answered && !this.stale(tap)).map(tap => tap.data);
      const sign = JSON.stringify([message, how, pending]);
      const node = this.keep(kept, message.message_id, sign, () => bubble(message, how, pending, this.open));
      const next = messages[i + 1];
      node.classList.toggle('tail', !next || next.from.is_bot !== message.from.is_bot);
      found.push(node);
    });
    this.drawn = kept;
    if (!messages.length && this.bot && this.since >= 0) found.push(piece('li', this.welcome(), 'welcome'));
    return found;
  }

  keep(kept, key, sign, make) {
    const old = this.drawn.get(key);
    const one = old && old.sign === sign ? old : { sign, node: make() };
    kept.set(key, one);
    return one.node;
  }

  // A tap that the bot never answered stops turning, as in the app.
  stale(tap) { return now().getTime() / 1000 - tap.at > 15; }

  welcome() {
    if (this.whatsapp) return `Ini WhatsApp tiruan milik ${this.person.first_name}. Tulis pesan untuk berbicara dengan ${this.bot.name}.`;
    if (!this.officer) return `Ini telepon tiruan milik ${this.person.first_name}. Ketuk MULAI untuk berbicara dengan ${this.bot.name}.`;
    if (!this.desk.world.invites) return 'Ini telepon tiruan seorang petugas.';
    return `Ini telepon tiruan ${this.person.first_name}, petugas. Kantor sudah mengirim tautan undangan. Ketuk MULAI untuk memakainya.`;
  }

  refocus(held) {
    const same = [...this.of('.chat').querySelectorAll('button')].reverse().find(one => one.textContent === held.textContent);
    (same || this.of('.scroll')).focus({ preventScroll: true });
  }

  drawBar() {
    if (!this.bot) return;
    this.of('.holder').replaceChildren(piece('span', this.person.first_name), piece('span', this.role(), 'role'));
    this.root.setAttribute('aria-label', `Telepon ${this.person.first_name}, ${this.role()}`);
    this.of('.name').textContent = this.bot.name;
    this.of('.avatar').textContent = this.bot.name[0];
    this.of('.avatar').classList.toggle('officers', this.officer);
    const { held } = this.desk.world.switches;
    const state = this.desk.away ? 'menyambung…' : held ? 'menunggu jaringan…'
      : this.seen.typing ? 'sedang mengetik…' : this.seen.blocked ? 'diblokir' : this.whatsapp ? 'akun bisnis' : 'bot';
    if (this.of('.state').textContent !== state) this.of('.state').textContent = state;
    this.of('.clock').textContent = timeOf(now());
    this.of('.signal').classList.toggle('none', held || this.desk.away);
  }

  role() { return this.officer ? 'petugas' : 'pemilik usaha'; }

  /** The switch between her apps, where the office is on both. */
  drawApps() {
    const lines = this.desk.linesOf(this);
    const sign = JSON.stringify([lines.map(line => line.username), this.bot && this.bot.username]);
    this.root.classList.toggle('whatsapp', this.whatsapp);
    this.of('.more').setAttribute('aria-label', this.whatsapp ? 'Menu WhatsApp' : 'Saklar telepon ini');
    if (this.of('.apps').dataset.sign === sign) return;
    const held = this.of('.apps').contains(document.activeElement);
    this.of('.apps').dataset.sign = sign;
    this.of('.apps').hidden = lines.length < 2;
    this.of('.apps').replaceChildren(...lines.map(line => {
      const made = button(line.phone ? 'WhatsApp' : 'Telegram', () => this.desk.turn(this, line));
      made.setAttribute('aria-pressed', String(line.username === this.bot.username));
      return made;
    }));
    if (held) this.of('.apps [aria-pressed="true"]').focus();
  }

  /** WhatsApp tells the office what she has seen. */
  tellRead() {
    const newest = Math.max(0, ...[...this.messages.values()].filter(one => one.from.is_bot).map(one => one.message_id));
    if (!this.whatsapp || newest <= this.readTo || !this.desk.sees(this)) return;
    this.readTo = newest;
    post('read', this.who()).catch(error => console.warn(error.message)); // it is told with her next message anyway
  }

  menu(panel) {
    menu(this.seen, this.person, { act: (deed, what) => this.act(deed, what), panel });
  }

  drawBegin() {
    const begin = this.since >= 0 && ((!this.messages.size && !this.whatsapp) || this.seen.blocked || Boolean(this.payload));
    const held = this.of('.begin').contains(document.activeElement);
    const linked = begin && this.of('.begin').hidden && this.payload;
    this.of('.begin').hidden = !begin;
    this.of('.say').hidden = begin || this.since < 0;
    if (begin) this.of('.attach').hidden = true;
    this.of('.start').textContent = this.seen.blocked ? 'BUKA BLOKIR' : 'MULAI';
    if (linked) this.of('.start').focus({ preventScroll: true });
    if (held && !begin) this.of('.say textarea').focus({ preventScroll: true });
  }
}

function dayItem(label) {
  const item = piece('li', '', 'day');
  item.append(piece('span', label));
  return item;
}
