import { describe, expect, test } from '@jest/globals';
import { UserError } from '@paal/core/errors';
import { lineOf } from './elasticsearch-double.ts';
import { AGE, ago, ask, create, double, index, POD } from './logs-fixture.ts';

describe('an Elasticsearch that cannot answer is an error, never a verdict:', () => {
  test('a shard that failed', async () => {
    index();
    double.trouble.failedShards = 2;
    const seen = await ask();
    expect(seen).toMatchObject({ outcome: 'error', retry: true });
    expect(seen.message).toContain('2 of 5 shards of logstash-* ');
  });

  test('a search that was given up', async () => {
    index(lineOf(POD, ago(30), 'cannot pay', { level: 'error' }));
    double.trouble.timedOut = true;
    expect(await ask()).toMatchObject({ outcome: 'error', value: 'timed out' });
  });

  test('an index that is not there, by name and by pattern', async () => {
    const named = await ask({}, { index: 'logs' });
    expect(named).toMatchObject({ outcome: 'error', value: 'HTTP 404' });
    expect(named.message).toContain('no such index [logs]');
    expect(named.hint).toContain('Is "index" right');
    const pattern = await ask({}, { index: 'logs-*' });
    expect(pattern).toMatchObject({ outcome: 'error', value: 'no index' });
  });

  test('missing credentials, and those that may not read', async () => {
    index();
    double.trouble.authorization = 'ApiKey abc';
    expect((await ask()).hint).toContain('ApiKey');
    const headers = { Authorization: 'ApiKey abc' };
    expect((await ask({}, { headers })).outcome).toBe('succeeded');
    double.trouble.forbidden = true;
    expect((await ask({}, { headers })).hint).toContain('"read"');
  });

  test('no answer', async () => {
    const seen = await ask({}, { url: 'http://127.0.0.1:1' });
    expect(seen).toMatchObject({ outcome: 'error', retry: true });
    expect(seen.message).toContain('does not answer: connection refused');
  });

  test('no address, before anything is asked', () => {
    expect(() => create({}, { url: 'elasticsearch' })).toThrow(UserError);
  });
});

describe('compared with before the release', () => {
  const OLD = 'web-5c6b8f9d7-xxxxx';
  const BEFORE = { baseline: 'before' };

  test('a kind that was there is good, a new one bad, without a phase before', async () => {
    index(
      lineOf(OLD, ago(AGE + 100), 'cannot pay order 1', { level: 'error' }),
      lineOf(POD, ago(30), 'cannot pay order 12', { level: 'error' }),
    );
    expect((await ask(BEFORE)).outcome).toBe('succeeded');
    index(lineOf(POD, ago(20), 'no such table', { level: 'error' }));
    const seen = await ask(BEFORE);
    expect(seen).toMatchObject({ outcome: 'failed', number: 1, excerpt: 'no such table' });
  });

  test('what other workloads have said is no excuse', async () => {
    index(
      lineOf(OLD, ago(AGE + 100), 'ready'),
      lineOf('web-admin-5c6b8f9d7-xxxxx', ago(AGE + 100), 'cannot pay', { level: 'error' }),
      lineOf(POD, ago(30), 'cannot pay', { level: 'error' }),
    );
    expect((await ask(BEFORE)).outcome).toBe('failed');
  });

  test('a known kind that comes far more often is bad', async () => {
    index(lineOf(OLD, ago(AGE + 100), 'cannot pay', { level: 'error' }));
    for (let n = 0; n < 12; n += 1) {
      double.documents.push(lineOf(POD, ago(30 + n), 'cannot pay', { level: 'error' }));
    }
    expect(await ask(BEFORE)).toMatchObject({ outcome: 'failed', number: 12 });
  });

  test('errors prove nothing where the index has nothing of before', async () => {
    index(lineOf(POD, ago(30), 'cannot pay', { level: 'error' }));
    const seen = await ask(BEFORE);
    expect(seen).toMatchObject({ outcome: 'inconclusive', number: 1 });
    expect((await ask(BEFORE, {}, { age: undefined })).hint).toContain('Name the release');
  });
});
