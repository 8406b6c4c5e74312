/** An image as a registry knows it. */
export interface ImageReference {
  /** Host and port; `docker.io` where the image names none. */
  readonly registry: string;
  readonly repository: string;
  /** `latest` where the image has neither tag nor digest. */
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

const HUB = 'docker.io';

/**
 * Reads an image reference as Docker and the kubelet do
 * (https://pkg.go.dev/github.com/distribution/reference): what is before the first slash is a registry
 * when it looks like a host, and Docker Hub's own images are below `library/`. `undefined` for none.
 */
export function parseImage(image: string): ImageReference | undefined {
  const { name, tag, digest } =
    /^(?<name>[^@\s]+?)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>[a-z0-9+._-]+:[a-f0-9]{32,}))?$/.exec(
      image,
    )?.groups ?? {};
  if (!name) return undefined;
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isHost = first === 'localhost' || /[.:]/.test(first);
  const registry = isHost ? first : HUB;
  const path = isHost ? name.slice(slash + 1) : name;
  return {
    registry: registry === 'index.docker.io' ? HUB : registry,
    repository: registry === HUB && !path.includes('/') ? `library/${path}` : path,
    tag: tag ?? (digest ? undefined : 'latest'),
    digest,
  };
}

/** The image of that digest in the place of `image`, whose tag or digest goes. */
export function byDigest(image: string, digest: string): string {
  const [name = ''] = image.split('@');
  return `${name.replace(/:[^/:]*$/, '')}@${digest}`;
}
