import { MongoClient } from 'mongodb';

/** Shorter than the kubelet's second for a probe, so that the probe gets an answer with the reason. */
const ANSWER_MS = 800;

/**
 * @typedef {object} Product
 * @property {string} sku
 * @property {string} name
 * @property {number} price in cents
 * @property {number} [stock] since migrations/20261109090000-add-stock.js
 */

/**
 * @typedef {object} Database
 * @property {() => Promise<void>} ping throws when the database does not answer
 * @property {() => Promise<Product[]>} products
 * @property {() => Promise<void>} close
 */

/**
 * The database behind `uri`. It connects when it is first asked, and again whenever it has to.
 * @param {string} uri
 * @returns {Database}
 * @throws {Error} when `uri` is no connection string
 */
export function openDatabase(uri) {
  const client = new MongoClient(uri, {
    appName: 'paal-backend',
    serverSelectionTimeoutMS: ANSWER_MS,
    socketTimeoutMS: ANSWER_MS,
  });

  /** The driver gives up for good when the first attempt to connect fails, unless it is told again. */
  async function connected() {
    await client.connect();
    return client.db();
  }

  return {
    async ping() {
      await (await connected()).command({ ping: 1 });
    },
    async products() {
      /** @type {import('mongodb').Collection<Product>} */
      const products = (await connected()).collection('products');
      return await products.find({}, { projection: { _id: 0 }, sort: { name: 1 } }).toArray();
    },
    close: () => client.close(),
  };
}
