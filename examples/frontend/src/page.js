const PLACE = '<script type="application/json" id="state">{}</script>';

/**
 * The built page with `state` inside, so that a browser shows it at once.
 * @param {string} html frontend/build/index.html
 * @param {import('./backend.js').State} state
 */
export function withState(html, state) {
  const json = JSON.stringify(state).replaceAll('<', '\\u003c');
  return html.replace(PLACE, () => PLACE.replace('{}', () => json));
}
