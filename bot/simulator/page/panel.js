// The panel of switches: a column where there is room, a drawer where there isn't.

import { ask, post, Gone } from './server.js';
import { $, notice, now, timeOf, wholeDay } from './words.js';

const wide = matchMedia('(min-width: 1200px)');

/** A number as people here write it: 0812-0000-0001. */
const dialled = phone => phone.replace(/^\+?62/, '0').replace(/(\d{4})(?=\d)/g, '$1-');

/** Wires the panel to the page `desk`. */
export function panel(desk) {
  let opener = null;

  function toggle(open) {
    $('panel').classList.toggle('open', open);
    $('panel').inert = !open && !wide.matches;
    $('shade').hidden = !open || wide.matches;
    $('open').setAttribute('aria-expanded', String(open));
    for (const behind of [$('tabs'), $('phones')]) behind.inert = open && !wide.matches;
    if (open) {
      opener = document.activeElement;
      (wide.matches ? $('people') : $('close')).focus();
    } else if (opener) {
      opener.focus();
      opener = null;
    }
  }

  async function trying(deed) {
    try {
      return await deed();
    } catch (error) {
      console.warn(error.message);
      notice(error instanceof Gone ? 'Sambungan sedang dicoba lagi.' : 'Itu belum bisa dilakukan.');
      return null;
    }
  }

  async function copy(phones) {
    const query = phones.map(phone => `chat=${phone.bot.username}:${phone.person.id}`).join('&');
    const text = await trying(() => ask('transcript?' + query));
    if (text === null) return;
    $('lines').value = text;
    $('copied').textContent = '';
    $('script').showModal();
    $('lines').select();
    $('lines').scrollTop = 0;
    try {
      await navigator.clipboard.writeText(text);
      $('copied').textContent = 'Sudah disalin. Bisa langsung ditempel ke sebuah tes.';
    } catch {
      $('copied').textContent = 'Tekan Ctrl+C untuk menyalin.'; // the browser doesn't let a page copy by itself
    }
  }

  for (const made of document.querySelectorAll('[data-hours], [data-to]')) {
    const what = made.dataset.to ? { to: made.dataset.to } : { hours: Number(made.dataset.hours) };
    made.addEventListener('click', () => trying(() => post('move', what)));
  }
  for (const made of document.querySelectorAll('.switch input')) {
    made.addEventListener('change', async () => {
      if (!await trying(() => post('switch', { name: made.name, on: made.checked }))) made.checked = !made.checked;
    });
  }
  $('open').addEventListener('click', () => toggle(true));
  $('close').addEventListener('click', () => toggle(false));
  $('shade').addEventListener('click', () => toggle(false));
  $('panel').addEventListener('keydown', event => { if (event.key === 'Escape') toggle(false); });
  wide.addEventListener('change', () => toggle(false));
  $('people').addEventListener('change', () => desk.hand(Number($('people').value)));
  $('other').addEventListener('click', () => $('new').showModal());
  $('block').addEventListener('click', () => desk.active.act(desk.active.seen.blocked ? 'unblock' : 'block'));
  $('copy').addEventListener('click', () => copy([desk.active]));
  $('copy-all').addEventListener('click', () => copy(desk.phones.filter(phone => phone.messages.size)));
  $('forget').addEventListener('click', () => $('sure').showModal());
  for (const shut of document.querySelectorAll('dialog .shut')) {
    shut.addEventListener('click', () => shut.closest('dialog').close(''));
  }
  $('new').addEventListener('close', async () => {
    const first_name = $('name').value.trim();
    const number = $('number').value.replace(/\D/g, '').replace(/^0/, '62');
    const wanted = $('new').returnValue === 'ok' && first_name;
    $('new').returnValue = $('name').value = $('number').value = '';
    if (!wanted) return;
    const person = await trying(() => post('person', number ? { first_name, phone: number } : { first_name }));
    if (person) await desk.hand(person.id);
  });
  $('sure').addEventListener('close', async () => {
    const sure = $('sure').returnValue === 'ok';
    $('sure').returnValue = '';
    if (sure && await trying(() => post('forget', {}))) desk.begin();
  });
  toggle(false);

  function draw() {
    const { world, active } = desk;
    $('now').textContent = `${wholeDay(now())}, pukul ${timeOf(now())}`;
    if (!world || !active || !active.person) return;
    for (const made of document.querySelectorAll('.switch input')) made.checked = world.switches[made.name];
    $('whose').textContent = active.person.first_name;
    $('block').textContent = active.seen.blocked ? 'Buka blokir' : 'Blokir bot';
    $('number-of').textContent = active.person.phone ? `Nomor ${dialled(active.person.phone)}` : 'Tanpa nomor HP';
    // The end of a number tells two of one name apart; the whole of it would be cut off in the column.
    const people = world.people.map(one =>
      ({ id: one.id, label: one.phone ? `${one.first_name} (…${one.phone.slice(-4)})` : one.first_name }));
    const sign = JSON.stringify(people);
    if ($('people').dataset.sign !== sign) {
      $('people').dataset.sign = sign;
      $('people').replaceChildren(...people.map(one => new Option(one.label, one.id)));
    }
    $('people').value = active.person.id;
  }
  return { draw, toggle };
}
