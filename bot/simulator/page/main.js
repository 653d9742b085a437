// The page: three phones on a desk, kept up to date by one long question to the simulator.

import { panel } from './panel.js';
import { Phone } from './phone.js';
import { ask, post, Gone } from './server.js';
import { $, arrange, button, notice, pause, piece, setTime } from './words.js';

const RETRY = 1500; // ms until the next try when the simulator is away
const HOLDERS = [{ bot: 0, name: 'Siti' }, { bot: 0, name: 'Budi' }, { bot: 1, name: 'Bu Rini' }];
const beside = matchMedia('(min-width: 960px)'); // room for all phones side by side

const desk = {
  world: { life: '', changes: -1, bots: [], numbers: [], people: [], switches: {}, invites: false },
  phones: [],
  active: null,
  away: false,
  isOfficers: bot => desk.world.bots.length > 1 && bot.username === desk.world.bots[1].username,
  sees: phone => (beside.matches || phone === desk.active) && !document.hidden,
  drawTabs,
  follow,
  dial,
  turn,
  linesOf: phone => (phone.officer ? [phone.bot] : [desk.world.bots[0], ...desk.world.numbers]),
  hand,
  begin,
};
const switches = panel(desk);
let asking = new AbortController();

// --- who holds which phone

function remember() {
  const kept = { users: desk.phones.map(phone => phone.person.id), active: desk.active.number, lines: desk.phones.map(phone => phone.bot.username) };
  try { localStorage.setItem('phones', JSON.stringify(kept)); } catch { /* a private window keeps nothing */ }
}

function recall() {
  try { return JSON.parse(localStorage.getItem('phones')) || {}; } catch { return {}; }
}

async function learn() {
  desk.world = await ask('people');
  setTime(desk.world.time, desk.world.zone);
}

/** Find or make the people that hold the phones; `told` are chats that have to be on them. */
async function meet(told = []) {
  await learn();
  const holders = HOLDERS.filter(holder => desk.world.bots[holder.bot]);
  if (desk.phones.length !== holders.length) {
    desk.phones = holders.map((_, i) => new Phone(i, desk));
    for (const phone of desk.phones) {
      phone.root.addEventListener('focusin', () => activate(phone));
      phone.root.addEventListener('pointerdown', () => activate(phone));
      phone.of('.more').addEventListener('click', () => {
        activate(phone);
        if (phone.whatsapp) phone.menu(() => switches.toggle(true));
        else switches.toggle(true);
      });
    }
    arrange($('phones'), desk.phones.map(phone => phone.root));
  }
  const kept = recall();
  const taken = new Set(told.map(chat => chat.user));
  for (const [i, holder] of holders.entries()) {
    const bot = desk.world.bots[holder.bot];
    const mine = told.findIndex(chat => chat.bot === bot.username);
    const [chat] = mine < 0 ? [] : told.splice(mine, 1);
    const person = find(chat ? chat.user : (kept.users || [])[i], chat ? new Set() : taken) || free(bot, holder, taken)
      || await post('person', { first_name: holder.name });
    taken.add(person.id);
    const line = !chat && !holder.bot && desk.world.numbers.find(one => one.username === (kept.lines || [])[i]);
    desk.phones[i].give(person, line || bot);
  }
  await learn();
  const { number } = desk.active || { number: kept.active };
  desk.active = null;
  activate(desk.phones[number] || desk.phones[0]);
}

const find = (id, taken) => desk.world.people.find(one => one.id === id && !taken.has(id));

/** The newest of that name without a phone in her hands, who is known to this bot or to none. */
function free(bot, holder, taken) {
  return desk.world.people.findLast(one =>
    !taken.has(one.id) && one.first_name === holder.name && (one.at.includes(bot.username) || !one.at.length));
}

function activate(phone) {
  if (!phone || desk.active === phone) return;
  desk.active = phone;
  for (const one of desk.phones) one.root.classList.toggle('active', one === phone);
  remember();
  drawTabs();
  phone.draw();
  switches.draw();
}

let tabsDrawn = '';
function drawTabs() {
  const sign = JSON.stringify(desk.phones.map(phone => [phone.person.first_name, phone.unread, phone === desk.active]));
  if (sign === tabsDrawn) return; // a tab that is replaced while it is pressed would not notice
  tabsDrawn = sign;
  const tabs = desk.phones.map(phone => {
    const tab = button(phone.person.first_name, () => { activate(phone); phone.toEnd(); });
    tab.setAttribute('aria-pressed', String(phone === desk.active));
    const many = phone === desk.active ? 0 : phone.unread;
    if (many) {
      tab.append(piece('span', String(many), 'badge'));
      tab.setAttribute('aria-label', `${phone.person.first_name}, ${many} pesan baru`);
    }
    return tab;
  });
  const held = [...$('tabs').children].indexOf(document.activeElement);
  arrange($('tabs'), [...tabs, $('open')]);
  if (held >= 0) $('tabs').children[held].focus();
}

/** Give the active phone to somebody else. */
async function hand(user) {
  await learn();
  const person = desk.world.people.find(one => one.id === user);
  if (!person) return;
  desk.active.give(person, desk.active.bot);
  remember();
  drawTabs();
  again();
}

/** A deep link: START on a phone of that bot, this one if it can be. */
function follow(username, start, here = desk.active) {
  const has = one => one && desk.linesOf(one).find(line => line.username === username);
  const phone = [here, ...desk.phones].find(has);
  if (!phone) {
    notice('Bot itu tidak ada di sini.');
    return;
  }
  turn(phone, has(phone));
  phone.payload = start;
  activate(phone);
  phone.draw();
}

/** Turn a phone to one of her apps. */
function turn(phone, line) {
  if (phone.bot.username === line.username) return;
  phone.give(phone.person, line);
  activate(phone);
  remember();
  again();
}

/** A link wa.me: the chat with that number, the words written already. */
function dial(phone, text, here) {
  const line = desk.linesOf(here).find(one => one.phone === phone);
  if (!line) {
    notice('Nomor itu tidak ada di sini.');
    return;
  }
  turn(here, line);
  here.write.put(text);
}

// --- following the chats

function begin() {
  desk.world = { ...desk.world, life: '' };
  again();
}

function again() {
  asking.abort();
}

async function look() {
  const { world, phones } = desk;
  const wait = desk.away ? 0 : phones.some(phone => phone.seen.typing) ? 2 : 20;
  const chats = phones.map(phone => `chat=${phone.bot.username}:${phone.person.id}:${phone.since}`).join('&');
  asking = new AbortController();
  const path = `look?${chats}&life=${world.life}&changes=${desk.away ? -1 : world.changes}&wait=${wait}`;
  const holders = phones.map(phone => `${phone.person.id} ${phone.bot.username}`);
  const news = await ask(path, { signal: asking.signal });
  const back = desk.away;
  desk.away = false;
  if (news.world.life !== world.life) return void begin();
  const stirred = back || news.world.changes !== world.changes;
  desk.world = news.world;
  setTime(news.world.time, news.world.zone);
  for (const [i, chat] of news.chats.entries()) {
    if (`${phones[i].person.id} ${phones[i].bot.username}` !== holders[i]) continue; // has another holder or app by now
    phones[i].take(chat);
  }
  if (stirred) for (const phone of phones) phone.draw();
  drawTabs();
  switches.draw();
}

async function run() {
  const link = Object.fromEntries(new URLSearchParams(location.search));
  for (;;) {
    try {
      if (!desk.world.life) await meet(link.kisah ? await played(link) : []);
      if (link.bot) {
        follow(link.bot, link.start || '');
        delete link.bot;
        history.replaceState(null, '', '/');
      }
      await look();
    } catch (error) {
      if (error.name === 'AbortError') continue;
      if (error instanceof Gone) {
        desk.away = true;
        for (const phone of desk.phones) phone.drawBar();
      } else {
        console.warn(error.message);
        desk.world = { ...desk.world, life: '' }; // somebody is unknown here: everything was forgotten
      }
      await pause(RETRY);
    }
  }
}

/** Have the story of the address played; its chats, the one in which it ends being on the phone that is shown. */
async function played(link) {
  const story = link.kisah;
  notice('Kisah sedang diputar…');
  try {
    const { chats, last } = await post('story', { story });
    await learn();
    desk.active = { number: last.bot === desk.world.bots[0].username ? 0 : HOLDERS.length - 1 };
    return chats;
  } catch (error) {
    if (error instanceof Gone) throw error;
    console.warn(error.message);
    return [];
  } finally {
    delete link.kisah;
    $('notice').hidden = true;
    history.replaceState(null, '', '/');
  }
}

setInterval(() => {
  for (const phone of desk.phones) phone.draw();
  switches.draw();
}, 10_000);
document.addEventListener('visibilitychange', () => { for (const phone of desk.phones) phone.scrolled(); });
run();
