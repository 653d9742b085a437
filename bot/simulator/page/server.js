// Talking to the simulator.

/** The simulator isn't there, or broke: it is worth trying again. */
export class Gone extends Error {}

export async function ask(path, options) {
  let answer;
  try {
    answer = await fetch('/phone/' + path, options);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Gone(error.message);
  }
  if (answer.status >= 500) throw new Gone(String(answer.status));
  if (!answer.ok) throw new Error(await answer.text());
  return (answer.headers.get('Content-Type') || '').startsWith('application/json') ? answer.json() : answer.text();
}

export const post = (path, body) =>
  ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

export const postPicture = (query, picture) =>
  ask('photo?' + new URLSearchParams(query), { method: 'POST', headers: { 'Content-Type': picture.type }, body: picture });
