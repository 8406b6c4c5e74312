import { renderProducts, renderRelease, renderServices } from './render.js';

const REFRESH_MS = 5000;

/**
 * @param {string} id
 * @param {string} html
 */
function fill(id, html) {
  const element = document.getElementById(id);
  if (element && element.innerHTML !== html) element.innerHTML = html;
}

/** @param {import('../src/backend.js').State} state */
function show(state) {
  fill('release', renderRelease(state));
  fill('services', renderServices(state));
  fill('products', renderProducts(state));
}

async function refresh() {
  const response = await fetch('/api/status');
  if (response.ok) show(await response.json());
}

show(JSON.parse(document.getElementById('state').textContent));
setInterval(() => refresh().catch(() => {}), REFRESH_MS);
