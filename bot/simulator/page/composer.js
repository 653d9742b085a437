// The lower end of a phone: writing, changing a message, photos to pick, voice, the bot's own keyboard.

import { postPicture } from './server.js';
import { button, notice } from './words.js';

const SAMPLES = { 'sample-shop.jpg': 'Foto warung', 'sample-product.jpg': 'Foto produk', 'sample-nib.jpg': 'Foto surat NIB' };
const PLACE = { latitude: -7.9666, longitude: 112.6326 }; // in the middle of Malang
const TALLEST = 136; // px: five lines

/** Makes a phone's `root` write; `act(deed, what)` does it, `who()` tells whose phone it is. */
export function composer(root, act, who) {
  const of = name => root.querySelector(name);
  const text = of('.say textarea');
  let editing = 0; // id of the message that is being changed

  function fit() {
    text.style.height = 'auto';
    text.style.height = `${Math.min(text.scrollHeight + text.offsetHeight - text.clientHeight, TALLEST)}px`;
    of('.send').hidden = !text.value.trim();
    of('.voice').hidden = Boolean(text.value.trim());
  }

  function put(value) {
    text.value = value;
    fit();
  }

  function edit(message) {
    editing = message ? message.message_id : 0;
    of('.editing').hidden = !editing;
    put(message ? message.text : '');
    text.focus();
  }

  function attach(open) {
    of('.attach').hidden = !open;
    of('.clip').setAttribute('aria-expanded', String(open));
    if (!open || of('.pictures').children.length) return;
    of('.pictures').append(...Object.entries(SAMPLES).map(([file, label]) => {
      const made = button('', async () => send(await (await fetch('/' + file)).blob()));
      const image = document.createElement('img');
      image.src = '/' + file;
      image.alt = label;
      made.append(image);
      return made;
    }));
  }

  async function send(picture) {
    try {
      await postPicture({ ...who(), caption: text.value.trim() }, picture);
      put('');
      attach(false);
    } catch (error) {
      console.warn(error.message);
      notice('Foto belum terkirim. Silakan coba lagi.');
    }
  }

  of('.say').addEventListener('submit', async event => {
    event.preventDefault();
    const words = text.value.trim();
    if (!words) return;
    const message_id = editing;
    edit(null);
    attach(false);
    const done = await act(message_id ? 'edit' : 'say', message_id ? { message_id, text: words } : { text: words });
    if (!done && !text.value) put(words);
  });
  text.addEventListener('input', fit);
  text.addEventListener('keydown', event => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      of('.say').requestSubmit();
    }
    if (event.key === 'Escape' && editing) edit(null);
  });
  of('.leave').addEventListener('click', () => edit(null));
  of('.voice').addEventListener('click', () => act('voice'));
  of('.clip').addEventListener('click', () => attach(of('.attach').hidden));
  of('.attach').addEventListener('keydown', event => {
    if (event.key !== 'Escape') return;
    attach(false);
    of('.clip').focus();
  });
  of('.file input').addEventListener('change', event => {
    const [picture] = event.target.files;
    if (picture) send(picture);
    event.target.value = '';
  });
  function share(what) {
    attach(false);
    act(what, what === 'location' ? PLACE : {});
  }
  for (const made of root.querySelectorAll('[data-deed]')) made.addEventListener('click', () => share(made.dataset.deed));

  const board = of('.board');
  board.addEventListener('click', () => act('fold', { folded: !of('.keys').hidden }));

  let drawn = '';
  /** Shows the bot's keyboard, or only the button that brings it back when it is `folded`. */
  function keys(keyboard, folded) {
    const now = JSON.stringify(keyboard);
    const held = [of('.keys'), board].find(one => one.contains(document.activeElement));
    if (now !== drawn) {
      drawn = now;
      of('.keys').replaceChildren(...((keyboard || {}).keyboard || []).map(row => {
        const line = document.createElement('div');
        line.append(...row.map(key => button(key.text, () => act('press', { label: key.text }))));
        return line;
      }));
    }
    board.hidden = !keyboard;
    board.setAttribute('aria-expanded', String(!folded));
    of('.keys').hidden = !keyboard || folded;
    if (held && (held.hidden || !held.contains(document.activeElement))) text.focus();
  }

  fit();
  return { edit, keys, put, share, clear: () => edit(null) };
}
