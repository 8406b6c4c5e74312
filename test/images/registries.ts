import { UserError } from '@paal/core/errors';

/** The image that Dockerfiles here are built on, as they name it. */
export const NODE_IMAGE = 'node:24-slim';

/** Where `registry` has {@link NODE_IMAGE}. */
export function nodeImageIn(registry: string): string {
  return `${registry}/library/${NODE_IMAGE}`;
}

/**
 * The registries.conf (containers-registries.conf(5)) with which `FROM node:24-slim` is taken from
 * `registry`, and `registry` is spoken to without TLS.
 */
export function registriesConf(registry: string): string {
  return `unqualified-search-registries = ["docker.io"]
short-name-mode = "permissive"

[[registry]]
prefix = "docker.io/library/node"
location = "${registry}/library/node"
insecure = true

[[registry]]
location = "${registry}"
insecure = true
`;
}

/**
 * The host and port in front of an image's name.
 * @throws UserError where there is none, or it is not on this machine
 */
export function localRegistryOf(tag: string): string {
  const [registry = ''] = tag.split('/');
  if (!/^(?:localhost|127\.0\.0\.1):\d+$/.test(registry) || !tag.includes('/')) {
    throw new UserError(
      `The image "${tag}" is not in a registry on this machine: its name must begin with ` +
        'localhost:PORT/, where a registry without TLS listens.',
    );
  }
  return registry;
}
