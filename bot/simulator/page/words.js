// Small things that every part of the page needs: elements, and how Indonesians write days and times.

export const $ = id => document.getElementById(id);
export const pause = ms => new Promise(done => setTimeout(done, ms));

/** An element with text in it, never HTML. */
export function piece(tag, text = '', className = '') {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

export function button(label, action, className = '') {
  const made = piece('button', label, className);
  made.type = 'button';
  made.addEventListener('click', action);
  return made;
}

/** Make these the children of an element, moving as few as can be: what has the focus keeps it. */
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const old of [...parent.childNodes]) if (!wanted.has(old)) old.remove();
  let at = parent.firstChild;
  for (const node of nodes) {
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
}

let hiding = 0;
export function notice(text) {
  $('notice').textContent = text;
  $('notice').hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { $('notice').hidden = true; }, 5000);
}

// --- time, as the simulator says it is, where the office is

let ahead = 0; // ms from this machine's clock to the simulator's
let zone = 'Asia/Jakarta';
let formats = made();

function made() {
  const one = what => new Intl.DateTimeFormat('id-ID', { timeZone: zone, ...what });
  return {
    time: one({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    day: one({ day: 'numeric', month: 'long', year: 'numeric' }),
    whole: one({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
  };
}

export function setTime(seconds, where) {
  ahead = seconds * 1000 - Date.now();
  if (where !== zone) {
    zone = where;
    formats = made();
  }
}

export const now = () => new Date(Date.now() + ahead);
export const timeOf = date => formats.time.format(date);
export const wholeDay = date => formats.whole.format(date);

const DAY = 24 * 3600 * 1000;
export function dayOf(date) {
  const day = formats.day.format(date);
  if (day === formats.day.format(now())) return 'Hari ini';
  if (day === formats.day.format(new Date(now().getTime() - DAY))) return 'Kemarin';
  return day;
}
