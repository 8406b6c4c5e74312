/**
 * What the Deployment tells this server, see k8s/base/frontend.yaml.
 * @typedef {object} Settings
 * @property {number} port
 * @property {string} version the release, baked into the image
 * @property {string} backendUrl where the backend is reached
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
    backendUrl: required(env, 'BACKEND_URL'),
  };
}

/**
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {string} name
 */
function required(env, name) {
  const value = env[name];
  if (!value) throw new Error(`The setting ${name} is missing; set it in k8s/base/frontend.yaml`);
  return value;
}
