import { describe, expect, test } from '@jest/globals';
import type { Document } from './documents.ts';
import { lineOf } from './elasticsearch-double.ts';
import {
  AGE,
  ago,
  ask,
  create,
  double,
  index,
  NEVER,
  POD,
  podOf,
  READY_FOR,
} from './logs-fixture.ts';

describe('lines in Elasticsearch', () => {
  test('of the new pods, none of them an error, are good', async () => {
    index();
    const seen = await ask();
    expect(seen).toMatchObject({ outcome: 'succeeded', number: 0 });
    expect(seen.message).toBe('no line of level error or worse of 1 pod since the release');
  });

  test('that are errors are bad, with their kinds and the pod', async () => {
    index(
      lineOf(POD, ago(30), 'cannot pay order 12', { level: 'error' }),
      lineOf(POD, ago(20), 'cannot pay order 13', { level: 'ERROR' }),
      lineOf(POD, ago(10), 'gone', { level: 'fatal' }),
    );
    const seen = await ask();
    expect(seen).toMatchObject({ outcome: 'failed', retry: false, value: '3 lines', number: 3 });
    expect(seen.message).toContain('2 × cannot pay order <n>, 1 × gone');
    expect(seen.details?.[0]).toContain(`${POD}: cannot pay order 13`);
  });

  test('are counted by Elasticsearch, however many they are', async () => {
    index();
    for (let n = 0; n < 12_000; n += 1) {
      double.documents.push(lineOf(POD, ago(50), `cannot pay ${n}`, { level: 'error' }));
    }
    const seen = await ask();
    expect(seen).toMatchObject({ outcome: 'failed', number: 12_000 });
    expect(seen.message).toContain('12000 × cannot pay <n>');
  });

  test.each([
    ['of another pod', lineOf('web-5c6b8f9d7-xxxxx', ago(30), 'x', { level: 'error' })],
    ['of another namespace', lineOf(POD, ago(30), 'x', { level: 'error', namespace: 'staging' })],
    ['of before the release', lineOf(POD, ago(AGE + 10), 'x', { level: 'error' })],
    ['of a lower level', lineOf(POD, ago(30), 'ERROR x', { level: 'warn' })],
  ])('%s do not count', async (_, document) => {
    index(document);
    expect((await ask()).outcome).toBe('succeeded');
  });

  test('are looked for by the age of the release and the server’s own time', async () => {
    index();
    await ask();
    const text = JSON.stringify(double.requests[0]?.body);
    expect(double.requests[0]?.line).toBe('POST /logstash-*/_count');
    expect(text).toContain('"gte":"now-300s"');
    expect(text).not.toContain(String(new Date().getUTCFullYear()));
  });

  test('are looked for since the pods were made where no release is known', async () => {
    index(lineOf(POD, ago(AGE - 10), 'x', { level: 'error' }));
    expect((await ask({}, {}, { age: undefined })).outcome).toBe('failed');
  });

  test.each([
    ['as fluentd indexes them', 'keyword'],
    ['of type text, by the field keyword below', 'text'],
  ] as const)('are found in fields %s', async (_, type) => {
    for (const field of ['level', 'kubernetes.namespace_name', 'kubernetes.pod_name']) {
      double.mapping[field] = type;
    }
    index(
      lineOf(POD, ago(30), 'cannot pay', { level: 'error' }),
      lineOf('web-5c6b8f9d7-xxxxx', ago(30), 'x', { level: 'error' }),
    );
    expect(await ask()).toMatchObject({ outcome: 'failed', number: 1 });
  });

  test('of fields of type text alone are none, which proves nothing', async () => {
    double.mapping['kubernetes.pod_name'] = 'text-without-keyword';
    index(lineOf(POD, ago(30), 'cannot pay', { level: 'error' }));
    expect((await ask()).outcome).toBe('inconclusive');
  });

  test('whose level is a number are found by it', async () => {
    double.mapping.level = 'long';
    double.documents.push(lineOf(POD, ago(30), 'fine', { level: 30 }));
    const probe = create();
    expect((await probe.measure(NEVER)).outcome).toBe('succeeded');
    double.documents.push(lineOf(POD, ago(30), 'cannot pay', { level: 50 }));
    expect(await probe.measure(NEVER)).toMatchObject({ outcome: 'failed', number: 1 });
  });

  test('are found under the names that the check gives', async () => {
    Object.assign(double.mapping, {
      pod: 'keyword',
      ns: 'keyword',
      severity: 'keyword',
      ts: 'date',
    });
    const line = (severity: string): Document => ({
      ts: new Date(ago(30)).toISOString(),
      severity,
      text: 'cannot pay',
      pod: POD,
      ns: 'shop',
    });
    double.documents.push(line('info'), line('error'));
    const fields = {
      'pod-field': 'pod',
      'namespace-field': 'ns',
      'level-field': 'severity',
      'message-field': 'text',
      'time-field': 'ts',
    };
    const seen = await ask({}, fields);
    expect(seen).toMatchObject({ outcome: 'failed', number: 1, excerpt: 'cannot pay' });
  });

  test('that ignore finds do not count', async () => {
    index(
      lineOf(POD, ago(30), 'no favicon.ico', { level: 'error' }),
      lineOf(POD, ago(20), 'cannot pay', { level: 'error' }),
    );
    const seen = await ask({ ignore: ['favicon'] });
    expect(seen).toMatchObject({ outcome: 'failed', number: 1, excerpt: 'cannot pay' });
    expect((await ask({ ignore: ['favicon', 'pay'] })).outcome).toBe('succeeded');
  });

  test('that are too many to be looked at prove nothing where ignore finds all that were', async () => {
    index();
    for (let n = 0; n < 150; n += 1) {
      double.documents.push(lineOf(POD, ago(50), `no favicon ${n}`, { level: 'error' }));
    }
    expect(await ask({ ignore: ['favicon'] })).toMatchObject({ outcome: 'inconclusive' });
  });
});

describe('silence in Elasticsearch', () => {
  const OTHER = 'web-7d9f8b6c5-fghij';

  test('of one of the new pods proves nothing, and names it', async () => {
    index();
    const seen = await ask({}, {}, { pods: [podOf(POD), podOf(OTHER)] });
    expect(seen).toMatchObject({ outcome: 'inconclusive', retry: true });
    expect(seen.message).toBe(`no line of ${OTHER} has arrived in Elasticsearch yet`);
    expect(seen.hint).toContain('lag, 30 s');
  });

  test('since a pod is ready proves nothing until lag is over, and then an older line will do', async () => {
    double.documents.push(lineOf(POD, ago(READY_FOR + 20), 'starting'));
    let elapsed = 0;
    const probe = create({}, { lag: '20s' }, { elapsed: () => elapsed });
    expect((await probe.measure(NEVER)).outcome).toBe('inconclusive');
    elapsed = 19_000;
    expect((await probe.measure(NEVER)).outcome).toBe('inconclusive');
    elapsed = 20_000;
    expect((await probe.measure(NEVER)).outcome).toBe('succeeded');
  });

  test('after lag says where the fault may be', async () => {
    double.documents.push(lineOf('other', ago(60), 'x'));
    let elapsed = 0;
    const probe = create({}, {}, { elapsed: () => elapsed });
    await probe.measure(NEVER);
    elapsed = 40_000;
    expect((await probe.measure(NEVER)).hint).toContain('"pod-field"');
  });

  test('of a duration that is not longer than lag is warned of beforehand', async () => {
    const remarks = (duration: number) => create({}, {}, { duration }).prepare?.(NEVER);
    expect(await remarks(31_000)).toEqual([]);
    expect(await remarks(30_000)).toEqual([
      expect.stringContaining('is not longer than "lag" (30 s)'),
    ]);
  });

  test('of a pod that is not ready proves nothing', async () => {
    index();
    expect((await ask({}, {}, { pods: [podOf(POD, false)] })).message).toContain('is not ready');
  });

  test('is good with require-lines: false', async () => {
    expect((await ask({ 'require-lines': false })).outcome).toBe('succeeded');
  });

  test('about levels proves nothing: no line has the field', async () => {
    index();
    const seen = await ask({}, { 'level-field': 'severity' });
    expect(seen).toMatchObject({ outcome: 'inconclusive', value: 'no levels' });
    expect(seen.message).toContain('has the field severity');
  });

  test('without any new pod proves nothing', async () => {
    expect((await ask({}, {}, { pods: [] })).outcome).toBe('inconclusive');
  });
});
