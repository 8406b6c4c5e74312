const ANSWER_MS = 1500;

/**
 * @typedef {object} Product
 * @property {string} sku
 * @property {string} name
 * @property {number} price in cents
 * @property {number} [stock] absent until the database has been migrated
 */

/**
 * What the page shows.
 * @typedef {object} State
 * @property {{ version: string }} frontend
 * @property {{ status: 'ok' | 'not ready' | 'unreachable', version?: string }} backend
 * @property {Product[]} [products] absent when the backend does not say
 */

/**
 * @typedef {object} Backend
 * @property {() => Promise<Omit<State, 'frontend'>>} state never fails: that the backend does not answer is a state
 * @property {() => Promise<Product[]>} products
 */

/**
 * The backend at `url`.
 * @param {string} url
 * @returns {Backend}
 * @throws {TypeError} when `url` is none
 */
export function createBackend(url) {
  const base = new URL(url);

  /** @param {string} path */
  async function get(path) {
    const options = { signal: AbortSignal.timeout(ANSWER_MS) };
    try {
      return await fetch(new URL(path, base), options);
    } catch (error) {
      if (options.signal.aborted) throw error;
      // A connection that was kept open ends when a rollout replaces the pod behind it.
      return await fetch(new URL(path, base), options);
    }
  }

  async function products() {
    const response = await get('/api/products');
    if (!response.ok) throw new Error(`the backend answers ${response.status} for the products`);
    return (await response.json()).products;
  }

  return {
    products,
    async state() {
      const [ready, list] = await Promise.allSettled([
        get('/api/ready').then(async (response) => ({
          ok: response.ok,
          ...(await response.json()),
        })),
        products(),
      ]);
      if (ready.status === 'rejected') return { backend: { status: 'unreachable' } };
      return {
        backend: { status: ready.value.ok ? 'ok' : 'not ready', version: ready.value.version },
        ...(list.status === 'fulfilled' ? { products: list.value } : {}),
      };
    },
  };
}
