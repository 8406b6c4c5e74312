import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { expired } from '../faults/answers.ts';
import { latency, resetMidway, stall, stallMidway } from '../faults/connections.ts';
import {
  delayEvents,
  dropBookmarks,
  duplicateEvents,
  joinEvents,
  splitEvents,
} from '../faults/events.ts';
import type { Fault, Injection, Scope } from '../faults/fault.ts';
import type { PlainStream } from '../faults/plain-client.ts';
import { openWatches } from '../faults/requests.ts';
import { type FaultyGround, faultyGround, until } from './faults-fixture.ts';
import { afterTests } from './fixture.ts';

interface WatchEvent {
  readonly type: string;
  readonly object: {
    readonly metadata: { readonly name: string };
    readonly [field: string]: unknown;
  };
}

let faulty: FaultyGround;
let cleanUp: (() => void)[] = [];

beforeAll(async () => {
  faulty = await faultyGround('faults-watch');
});

afterEach(async () => {
  for (const work of cleanUp) work();
  cleanUp = [];
  await until('the end of all watches', () => openWatches(faulty.proxy.requests).length === 0);
});

/** Opens a watch of the namespace's ConfigMaps from this moment on. */
async function watch(query: Readonly<Record<string, string>> = {}): Promise<PlainStream> {
  const resourceVersion = await faulty.resourceVersion();
  const path = faulty.configMaps(undefined, { watch: 'true', resourceVersion, ...query });
  const stream = await faulty.client.open(path);
  cleanUp.push(() => stream.close());
  return stream;
}

/** Makes a kind, whose history begins now; gives the path of its objects. */
async function newKind(): Promise<string> {
  const { ground } = faulty;
  const [group, names] = [`${ground.namespace}.paal.dev`, { plural: 'widgets', kind: 'Widget' }];
  afterTests(() => ground.kubectl('delete', 'crd', `widgets.${group}`));
  const schema = { openAPIV3Schema: { type: 'object' } };
  await ground.apply({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      names,
      scope: 'Cluster',
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  });
  await ground.kubectl('wait', '--for=condition=Established', `crd/widgets.${group}`);
  return `/apis/${group}/v1/widgets`;
}

/** Makes a ConfigMap without the time that starting kubectl takes. */
async function post(name: string, data: Readonly<Record<string, string>> = {}): Promise<void> {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
  await faulty.client.send('POST', faulty.configMaps(), object);
}

function inject(fault: Fault, scope?: Scope): Injection {
  const injection = faulty.proxy.inject(fault, scope);
  cleanUp.push(() => injection.off());
  return injection;
}

function events(stream: PlainStream): readonly WatchEvent[] {
  return stream.lines().map((line) => JSON.parse(line) as WatchEvent);
}

function names(stream: PlainStream): readonly string[] {
  return events(stream).map(({ object }) => object.metadata.name);
}

describe('an open watch', () => {
  test('is reset together with all others', async () => {
    const watches = [await watch(), await watch()];
    expect(openWatches(faulty.proxy.requests)).toHaveLength(2);
    expect(faulty.proxy.endWatches('reset')).toBe(2);
    await until('their ends', () => watches.every(({ end }) => end !== 'open'));
    expect(watches.map(({ end }) => end)).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect(openWatches(faulty.proxy.requests)).toEqual([]);
    expect(faulty.proxy.requests.at(-1)?.faults).toEqual(['ended: reset']);
  });

  test('of one resource is ended regularly, while others go on', async () => {
    const ended = await watch();
    const other = await faulty.client.open(`/api/v1/namespaces?watch=true`);
    cleanUp.push(() => other.close());
    expect(faulty.proxy.endWatches('regularly', { resource: 'configmaps' })).toBe(1);
    await until('its end', () => ended.end !== 'open');
    expect([ended.end, other.end]).toEqual(['complete', 'open']);
  });

  test('ends with an ERROR event when its history is gone', async () => {
    const stream = await watch();
    faulty.proxy.endWatches('expired');
    await until('its end', () => stream.end !== 'open');
    expect(stream.end).toBe('complete');
    expect(events(stream)).toEqual([
      {
        type: 'ERROR',
        object: expect.objectContaining({ kind: 'Status', reason: 'Expired', code: 410 }),
      },
    ]);
  });

  test('begins with the ERROR event that the API server itself sends for a lost history', async () => {
    const path = `${await newKind()}?watch=true&resourceVersion=1`;
    let real: PlainStream;
    // While the kind is being set up, watches are refused, or end without an event.
    do {
      real = await faulty.client.open(path);
      await until('the end', () => real.end !== 'open');
    } while (real.status !== 200 || real.lines().length === 0);
    inject(expired('event'));
    const ours = await faulty.client.open(path);
    await until('the end', () => ours.end !== 'open');
    const [[first], [second]] = [events(real), events(ours)];
    const message = expect.stringMatching(/^too old resource version: 1 \(\d+\)$/);
    expect(first?.object.message).toEqual(message);
    expect([real.status, ours.status]).toEqual([200, 200]);
    expect(second).toEqual({ ...first, object: { ...first?.object, message } });
  });

  test('falls silent, and later brings what it missed', async () => {
    const [silent, other] = [await watch({ labelSelector: '!absent' }), await watch()];
    const fault = inject(stall(), { where: ({ query }) => 'labelSelector' in query });
    await faulty.create('unheard');
    await until('the event on the other watch', () => names(other).includes('unheard'));
    await until('the event at the stall', () => fault.hits === 1);
    expect([silent.end, silent.chunks]).toEqual(['open', []]);
    fault.off();
    await until('the event', () => names(silent).includes('unheard'));
  });

  test('falls silent in the middle of an event', async () => {
    const stream = await watch();
    const fault = inject(stallMidway());
    await faulty.create('half-heard');
    await until('the first half', () => stream.chunks.length > 0);
    expect([stream.lines(), stream.end]).toEqual([[], 'open']);
    fault.off();
    await until('the second half', () => names(stream).includes('half-heard'));
  });

  test('stays silent also when the API server ends it', async () => {
    const stream = await watch({ timeoutSeconds: '1' });
    const fault = inject(stall());
    await until('the end at the stall', () => fault.hits === 1);
    expect(stream.end).toBe('open');
    fault.off();
    await until('the end', () => stream.end === 'complete');
  });

  test('is reset in the middle of an event', async () => {
    const stream = await watch();
    inject(resetMidway());
    await faulty.create('torn');
    await until('the end', () => stream.end !== 'open');
    expect(stream.end).toBe('ECONNRESET');
    expect(stream.lines()).toEqual([]);
    expect(String(stream.chunks[0]?.bytes)).toMatch(/^\{"type":"ADDED"/);
  });
});

describe('events of a watch come', () => {
  test('in two halves, cut inside of a character', async () => {
    const stream = await watch();
    inject(splitEvents(1_000));
    const before = performance.now();
    await post('split', { greeting: 'grüß dich' });
    await until('the event', () => names(stream).includes('split'));
    const [first, second] = stream.chunks;
    expect((second?.at ?? 0) - before).toBeGreaterThan(990);
    expect(String(first?.bytes)).toMatch(/gr\ufffd$/);
  });

  test('two in one chunk', async () => {
    const stream = await watch();
    const fault = inject(joinEvents());
    await faulty.create('joined-1');
    await until('the first event', () => fault.hits === 1);
    await faulty.create('joined-2');
    await until('both events', () => stream.chunks.length > 0);
    expect(stream.chunks).toHaveLength(1);
    expect(names(stream)).toEqual(['joined-1', 'joined-2']);
  });

  test('late, in their order', async () => {
    const stream = await watch();
    inject(delayEvents(1_000));
    const before = performance.now();
    await post('late-1');
    await post('late-2');
    await until('the events', () => names(stream).length === 2);
    expect(names(stream)).toEqual(['late-1', 'late-2']);
    expect((stream.chunks[0]?.at ?? 0) - before).toBeGreaterThan(990);
  });

  test('late with the latency of everything', async () => {
    const stream = await watch();
    inject(latency(1_000), { verb: 'watch' });
    const before = performance.now();
    await post('slow');
    await until('the event', () => names(stream).includes('slow'));
    expect((stream.chunks[0]?.at ?? 0) - before).toBeGreaterThan(990);
  });

  test('twice', async () => {
    const stream = await watch();
    inject(duplicateEvents());
    await faulty.create('twice');
    await until('the events', () => names(stream).length === 2);
    expect(names(stream)).toEqual(['twice', 'twice']);
  });

  test('with several troubles at once', async () => {
    const stream = await watch();
    inject(duplicateEvents());
    inject(splitEvents(50));
    await faulty.create('both');
    await until('the events', () => names(stream).length === 2);
    expect(stream.chunks).toHaveLength(4);
  });

  // The API server sends a bookmark 2 s before a watch's time is up when there was an event in it.
  test('without bookmarks, but for the end of the list', async () => {
    const query = {
      allowWatchBookmarks: 'true',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      timeoutSeconds: '6',
    };
    const plain = await watch(query);
    inject(dropBookmarks(), { where: ({ query: { limit } }) => limit !== undefined });
    const without = await watch({ ...query, limit: '0' });
    await faulty.create('marked');
    await until('the ends', () => plain.end === 'complete' && without.end === 'complete');
    const bookmarks = (stream: PlainStream) =>
      events(stream).filter(({ type }) => type === 'BOOKMARK').length;
    expect(bookmarks(plain)).toBeGreaterThan(1);
    expect(bookmarks(without)).toBe(1);
  });
});
