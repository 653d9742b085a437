// What only WhatsApp has on a phone: the sheet of a list, and the app's own menu.

import { $, button, piece } from './words.js';

/** Opens the sheet at the lower end: a title and pieces to choose from. */
function sheet(title, pieces) {
  $('sheet-title').textContent = title;
  $('sheet').querySelector('.choices').replaceChildren(...pieces);
  $('sheet').showModal();
  $('sheet').querySelector('.choices').scrollTop = 0;
}

function choice(title, description, chosen) {
  const made = button('', () => { $('sheet').close(); chosen(); }, 'choice');
  made.append(piece('span', title, 'choice-title'));
  if (description) made.append(piece('span', description, 'choice-about'));
  return made;
}

/** The rows of a list message; `choose` is told the id of the one that is tapped. */
export function list(message, choose) {
  const found = [];
  for (const { title, rows } of message.list.sections) {
    if (title) found.push(piece('h3', title));
    for (const row of rows) found.push(choice(row.title, row.description, () => choose(row.id)));
  }
  sheet(message.list.button, found);
}

/** Another number of the same end: 62899… and 62898… take turns. */
const another = phone => `6289${phone.startsWith('62899') ? 8 : 9}${phone.slice(-8)}`;

/** The app's own menu. `seen` is how the chat stands; `panel` opens the switches of the page. */
export function menu(seen, person, { act, panel }) {
  const { stopped, hidden, offline } = seen.whatsapp || {};
  sheet('Menu WhatsApp', [
    choice(stopped ? 'Terima pemasaran lagi' : 'Stop pemasaran', 'Tidak mengubah pesan layanan', () => act('marketing', { wanted: stopped })),
    choice(seen.blocked ? 'Buka blokir' : 'Blokir', '', () => act(seen.blocked ? 'unblock' : 'block')),
    choice(offline ? 'Nyalakan telepon' : 'Matikan telepon', 'Pesan menunggu sampai menyala', () => act('offline', { offline: !offline })),
    choice(hidden ? 'Tampilkan nomor HP' : 'Sembunyikan nomor HP', '', () => act('hide', { hidden: !hidden })),
    choice('Ganti nomor HP', `Menjadi +${another(person.phone)}`, () => act('number', { phone: another(person.phone) })),
    choice('Kirim jajak pendapat', 'Kantor tidak bisa membacanya', () => act('unsupported')),
    choice('Saklar telepon ini', '', panel),
  ]);
}
