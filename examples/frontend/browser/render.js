/** @typedef {import('../src/backend.js').State} State */

const SYMBOLS = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** @param {unknown} text */
function escapeHtml(text) {
  return String(text).replace(/[&<>"']/g, (symbol) => SYMBOLS[symbol]);
}

const euros = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' });

/**
 * A release as people say it: the environment, and the commit's first seven digits.
 * @param {string} version the image's tag, `<environment>-<commit>`
 */
export function splitVersion(version) {
  const [, environment, commit] = /^(.+)-([0-9a-f]{40})$/.exec(version) ?? [];
  return environment
    ? { environment, release: commit.slice(0, 7) }
    : { environment: '', release: version };
}

/** @param {State} state */
export function renderRelease({ frontend }) {
  const { environment, release } = splitVersion(frontend.version);
  const badge = environment ? `<span class="badge">${escapeHtml(environment)}</span>` : '';
  return `${badge}<span class="release" title="${escapeHtml(frontend.version)}">release <code>${escapeHtml(release)}</code></span>`;
}

/** @param {State} state */
export function renderServices({ frontend, backend }) {
  const services = [
    { name: 'Frontend', status: 'ok', version: frontend.version },
    { name: 'Backend', status: backend.status, version: backend.version },
  ];
  return services
    .map(({ name, status, version }) => {
      const state = status === 'ok' ? 'good' : 'bad';
      const release = version ? `<code>${escapeHtml(splitVersion(version).release)}</code>` : '';
      return `<li class="${state}"><strong>${name}</strong><span>${escapeHtml(status)}</span>${release}</li>`;
    })
    .join('');
}

/** @param {number | undefined} stock */
function renderStock(stock) {
  if (stock === undefined) return '';
  return stock > 0
    ? `<span class="stock">${escapeHtml(stock)} in stock</span>`
    : '<span class="stock none">sold out</span>';
}

/** @param {State} state */
export function renderProducts({ products }) {
  if (!products) return '<p class="empty">The products cannot be shown right now.</p>';
  if (products.length === 0) return '<p class="empty">There is nothing for sale yet.</p>';
  const cards = products.map(
    ({ sku, name, price, stock }) =>
      `<article><h3>${escapeHtml(name)}</h3><small>${escapeHtml(sku)}</small>` +
      `<p><b>${escapeHtml(euros.format(price / 100))}</b>${renderStock(stock)}</p></article>`,
  );
  return cards.join('');
}
