import type { Clock } from '../clock.ts';
import { formatDuration } from '../config/duration.ts';
import { UserError } from '../errors.ts';
import { readObject } from './apply.ts';
import type { Connection } from './connection.ts';
import { type Discovery, discover } from './discovery.ts';
import { groupOf, type KubeObject, type Resource } from './object.ts';

const GROUP = 'apiextensions.k8s.io';

const DEFINITIONS: Resource = {
  apiVersion: `${GROUP}/v1`,
  kind: 'CustomResourceDefinition',
  name: 'customresourcedefinitions',
  namespaced: false,
};

interface Definition extends KubeObject {
  readonly spec: {
    readonly group?: string;
    readonly scope?: string;
    readonly names?: { readonly kind?: string; readonly plural?: string };
    readonly versions?: readonly { readonly name?: string; readonly served?: boolean }[];
  };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
  };
}

function isDefinition(object: KubeObject): object is Definition {
  const { apiVersion, kind, spec } = object;
  return (
    kind === DEFINITIONS.kind &&
    groupOf(apiVersion) === GROUP &&
    typeof spec === 'object' &&
    spec !== null
  );
}

/** Where `object` has a kind served, when it is the CustomResourceDefinition of that kind. */
export function definedBy(
  object: KubeObject,
  apiVersion: string,
  kind: string,
): Resource | undefined {
  if (!isDefinition(object)) return undefined;
  const { group, scope, names = {}, versions = [] } = object.spec;
  const isServed = versions.some(
    ({ name, served }) => served === true && `${group}/${name}` === apiVersion,
  );
  if (!isServed || names.kind !== kind || names.plural === undefined) return undefined;
  return { apiVersion, kind, name: names.plural, namespaced: scope === 'Namespaced' };
}

/** Knows also the kinds that the CustomResourceDefinitions among `objects` are going to define. */
export function withDefinitions(discovery: Discovery, objects: readonly KubeObject[]): Discovery {
  return {
    resource: async (apiVersion, kind) => {
      try {
        return await discovery.resource(apiVersion, kind);
      } catch (error) {
        const [defined] = objects.flatMap((object) => definedBy(object, apiVersion, kind) ?? []);
        if (error instanceof UserError && defined) return defined;
        throw error;
      }
    },
  };
}

/** What waiting for a definition needs. */
export interface Waiting {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const PATIENCE = 60_000;
const PAUSE = 100;

/** Whether the API server lists a kind already. */
async function isListed(connection: Connection, kind: Resource, signal: AbortSignal) {
  return await discover(connection, { signal })
    .resource(kind.apiVersion, kind.kind)
    .then(
      () => true,
      (error: unknown) => {
        if (error instanceof UserError) return false;
        throw error;
      },
    );
}

/**
 * Waits until the CustomResourceDefinition `name` is Established and the API server lists `kinds`, which
 * comes some seconds later with several API servers (apiextensions-apiserver,
 * pkg/controller/establish/establishing_controller.go).
 * @throws UserError when its names are taken, and after a minute
 */
export async function untilServed(
  connection: Connection,
  name: string,
  kinds: readonly Resource[],
  { clock, signal }: Waiting,
): Promise<void> {
  const end = clock.now() + PATIENCE;
  for (;;) {
    const live = await readObject<Definition>(connection, DEFINITIONS, undefined, name, { signal });
    const condition = (type: string) =>
      live?.status?.conditions?.find((one) => one.type === type && one.status !== 'Unknown');
    const names = condition('NamesAccepted');
    if (names?.status === 'False') {
      throw new UserError(
        `CustomResourceDefinition ${name} is not served, because its names are taken: ${names.message ?? 'no reason given'}. ` +
          'Give its kind and its plural other names, or remove the definition that has them.',
      );
    }
    if (condition('Established')?.status === 'True') {
      const listed = await Promise.all(kinds.map((kind) => isListed(connection, kind, signal)));
      if (listed.every(Boolean)) return;
    }
    if (clock.now() > end) {
      throw new UserError(
        `CustomResourceDefinition ${name} was not established within ${formatDuration(PATIENCE)}. ` +
          `See its conditions: kubectl describe crd ${name}`,
      );
    }
    await clock.sleep(PAUSE, signal);
  }
}
