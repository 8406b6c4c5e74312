import { UserError } from '../errors.ts';
import type { PodTemplate } from './types.ts';

/** A new image for the containers of a name, in all workloads or in one. */
export interface ImageChange {
  /** `kind/name`; `undefined` for every workload that has such a container. */
  readonly workload: string | undefined;
  readonly container: string;
  readonly image: string;
}

// A reference without spaces and with a repository; the registry has the last word on the rest
// (https://pkg.go.dev/github.com/distribution/reference).
const IMAGE =
  /^(?:[a-z0-9][a-z0-9.-]*(?::\d+)?\/)?[a-z0-9][\w.-]*(?:\/[a-z0-9][\w.-]*)*(?::\w[\w.-]{0,127})?(?:@[a-z0-9]+:[a-f0-9]{32,})?$/i;

/**
 * Reads `container=image` or `kind/name:container=image`.
 * @throws UserError
 */
export function parseImageChange(text: string): ImageChange {
  const match =
    /^(?:(?<workload>[a-z]+\/[a-z0-9.-]+):)?(?<container>[a-z0-9-]+)=(?<image>\S+)$/i.exec(text);
  const { workload, container, image } = match?.groups ?? {};
  if (!container || !image) {
    throw new UserError(
      `The input "images": "${text}" is not an image change. Write container=image, or kind/name:container=image.`,
    );
  }
  if (!IMAGE.test(image)) {
    throw new UserError(
      `The input "images": "${image}" is not an image reference. Write it as docker would: registry/name:tag.`,
    );
  }
  return { workload: workload?.toLowerCase(), container, image };
}

/** Where an image stands in a template: the list, the place in it, and the container's name. */
export interface ImagePlace {
  readonly list: 'containers' | 'initContainers';
  readonly index: number;
  readonly container: string;
  readonly image: string | undefined;
}

/** The places of all images in a template. */
export function imagePlaces(template: PodTemplate): readonly ImagePlace[] {
  return (['containers', 'initContainers'] as const).flatMap((list) =>
    (template.spec[list] ?? []).map(({ name, image }, index) => ({
      list,
      index,
      container: name,
      image,
    })),
  );
}

/** The changes that concern the workload `name` (`kind/name`), by container; the specific one wins. */
export function changesFor(
  changes: readonly ImageChange[],
  name: string,
): ReadonlyMap<string, string> {
  const general = changes.filter(({ workload }) => workload === undefined);
  const specific = changes.filter(({ workload }) => workload === name);
  return new Map([...general, ...specific].map(({ container, image }) => [container, image]));
}

/** `template` with the images of `changes`. */
export function withImages(
  template: PodTemplate,
  changes: ReadonlyMap<string, string>,
): PodTemplate {
  const replaced = (list: PodTemplate['spec']['containers']) =>
    list.map((container) => {
      const image = changes.get(container.name);
      return image === undefined ? container : { ...container, image };
    });
  const { containers, initContainers } = template.spec;
  return {
    ...template,
    spec: {
      ...template.spec,
      containers: replaced(containers),
      ...(initContainers ? { initContainers: replaced(initContainers) } : {}),
    },
  };
}

/**
 * Makes sure that every change meets a container.
 * @param workloads `kind/name` of each workload, with its template
 * @throws UserError that lists the containers there are
 */
export function checkImageChanges(
  changes: readonly ImageChange[],
  workloads: ReadonlyMap<string, PodTemplate>,
): void {
  for (const { workload, container } of changes) {
    const candidates = [...workloads].filter(
      ([name]) => workload === undefined || name === workload,
    );
    const found = candidates.some(([, template]) =>
      imagePlaces(template).some((place) => place.container === container),
    );
    if (found) continue;
    const known = [...workloads]
      .map(([name, template]) => {
        const containers = imagePlaces(template).map((place) => place.container);
        return `${name} (${containers.join(', ')})`;
      })
      .join('; ');
    throw new UserError(
      `The input "images": no container "${container}"${workload ? ` in ${workload}` : ''}. ` +
        `There are: ${known || 'no workloads'}. Nothing was changed.`,
    );
  }
}
