/**
 * What the Deployment tells this server, see k8s/base/backend.yaml.
 * @typedef {object} Settings
 * @property {number} port
 * @property {string} version the release, baked into the image
 * @property {string} mongodbUri connection string, with the name of the database
 */

/**
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {Settings}
 * @throws {Error} when a setting is missing: better not to start than to fail later, one request at a time
 */
export function readSettings(env) {
  return {
    port: Number(env.PORT ?? 3000),
    version: env.VERSION ?? 'unversioned',
    mongodbUri: required(env, 'MONGODB_URI'),
  };
}

/**
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {string} name
 */
function required(env, name) {
  const value = env[name];
  if (!value) throw new Error(`The setting ${name} is missing; set it in k8s/base/backend.yaml`);
  return value;
}
