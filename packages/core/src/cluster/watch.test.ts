import { describe, expect, test } from '@jest/globals';
import { UnreachableError } from './api-error.ts';
import {
  type Answer,
  added,
  initialEnd,
  type Page,
  pod,
  refusal,
  ruleText,
  watching,
} from './watch.test-data.ts';

const GONE = { type: 'ERROR', object: { code: 410, metadata: {} } };
const RESET = new UnreachableError('connection reset', 'broken');
const OPEN: Answer = [added(pod('a')), initialEnd('5'), 'hang'];
const BROKEN: Answer = [added(pod('a')), initialEnd('5'), RESET];
const UNCHANGED: Page = ['9', [pod('a')]];

describe('a watch', () => {
  test('gives the list as its first state, in one request', async () => {
    const { seen, asked, changes } = watching([
      [added(pod('a')), added(pod('b')), initialEnd('5')],
    ]);
    await changes(1);
    expect(seen.states).toEqual([['a', 'b']]);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.query).toMatchObject({ sendInitialEvents: 'true', labelSelector: 'app=web' });
  });

  test('follows additions and deletions', async () => {
    const { seen, changes } = watching([
      [initialEnd('5'), added(pod('a', '6')), { type: 'DELETED', object: pod('a', '7') }, 'hang'],
    ]);
    await changes(3);
    expect(seen.states).toEqual([[], ['a'], []]);
  });

  test('lists first where the server cannot send the list as a watch', async () => {
    const { seen, asked, changes } = watching(
      [[refusal(422)], [added(pod('b', '101')), 'hang']],
      [['100', [pod('a')]]],
    );
    await changes(2);
    expect(seen.states).toEqual([['a'], ['a', 'b']]);
    expect(seen.notices).toEqual([]);
    expect(asked.map(({ query }) => query?.resourceVersion)).toEqual([undefined, undefined, '100']);
  });

  test('lists first where the list never comes to its end as a watch', async () => {
    const { seen, changes } = watching([[added(pod('a'))], ['hang']], [UNCHANGED]);
    await changes(1);
    expect(seen.states).toEqual([['a']]);
  });

  test('whose time was up goes on from its last version, which is no interruption', async () => {
    const { seen, asked, changes } = watching([
      [added(pod('a')), initialEnd('5')],
      [added(pod('b', '6')), 'hang'],
    ]);
    await changes(2);
    expect(seen.told).toEqual(['change', 'change']);
    expect(asked[1]?.query).toMatchObject({ resourceVersion: '5' });
  });

  test('that is closed as soon as it is open is not opened without a pause', async () => {
    const { seen, asked, clock, until } = watching([OPEN.slice(0, 2), ...Array(100).fill([])]);
    await until(() => clock.now() > 5_000);
    expect(asked.length).toBeLessThan(15);
    expect(seen.notices).toEqual([]);
  });
});

describe('a watch that broke', () => {
  test('goes on from its last version, and is up to date when a list shows nothing else', async () => {
    const { seen, asked, changes } = watching([BROKEN], [UNCHANGED]);
    await changes(2);
    expect(seen.told).toEqual(['change', 'interruption', 'change']);
    expect(seen.notices).toEqual(['connection reset']);
    expect(asked[1]?.query).toMatchObject({ resourceVersion: '5' });
    expect(asked[2]?.accept).toMatch('as=PartialObjectMetadataList');
    expect(asked).toHaveLength(3);
  });

  test('is not up to date with the first change of several', async () => {
    const page: Page = ['8', [pod('a'), pod('b', '6'), pod('c', '7')]];
    const { seen, changes } = watching(
      [BROKEN, [added(pod('b', '6')), added(pod('c', '7')), 'hang']],
      [page],
    );
    await changes(2);
    expect(seen.states).toEqual([['a'], ['a', 'b', 'c']]);
  });

  test('starts anew when a list shows what it does not tell', async () => {
    const { seen, asked, changes } = watching(
      [BROKEN, ['hang'], [added(pod('b', '7')), initialEnd('8'), 'hang']],
      [['8', [pod('b', '7')]]],
    );
    await changes(2);
    expect(seen.states).toEqual([['a'], ['b']]);
    expect(asked.at(-1)?.query).toMatchObject({ sendInitialEvents: 'true' });
  });

  test('tells each reason once', async () => {
    const refused = new UnreachableError('connection refused', 'not-sent');
    const { seen, changes } = watching([BROKEN, ...Array(20).fill([refused])], [UNCHANGED]);
    await changes(2);
    expect(seen.notices).toEqual(['connection reset', 'connection refused']);
  });

  test('starts anew where lists are denied, and says what that means', async () => {
    const { seen, asked, clock, changes } = watching(
      [BROKEN, ['hang'], [initialEnd('8'), RESET], [initialEnd('9'), 'hang']],
      [refusal(403, 'list')],
    );
    await changes(3);
    expect(seen.states).toEqual([['a'], [], []]);
    expect(clock.now()).toBeLessThan(5_000);
    expect(asked.at(-1)?.query).toMatchObject({ sendInitialEvents: 'true' });
    expect(seen.degraded).toEqual([
      `The silence of the watch of pods is noticed only after 75 s: ${refusal(403, 'list').message}`,
    ]);
  });
});

describe('a watch whose history has expired', () => {
  test('starts anew, with what was deleted meanwhile gone', async () => {
    const { seen, asked, changes } = watching([
      [added(pod('a')), added(pod('b')), initialEnd('5'), GONE],
      [added(pod('b')), initialEnd('9'), 'hang'],
    ]);
    await changes(2);
    expect(seen.states).toEqual([['a', 'b'], ['b']]);
    expect(seen.notices).toEqual(['the history had expired']);
    expect(asked[1]?.query).toMatchObject({ sendInitialEvents: 'true' });
  });

  test('starts anew also after an HTTP status', async () => {
    const { seen, changes } = watching([BROKEN, [refusal(410)], [initialEnd('9'), 'hang']]);
    await changes(2);
    expect(seen.states).toEqual([['a'], []]);
  });

  test('does not hammer a server that answers so every time', async () => {
    const { asked, clock, until } = watching(Array(100).fill([GONE]));
    await until(() => clock.now() > 10_000);
    expect(asked.length).toBeLessThan(12);
  });
});

describe('a watch that is silent', () => {
  test('asks for a list every 10 s, and for nothing else', async () => {
    const { seen, asked, clock, until } = watching([OPEN], [UNCHANGED]);
    await until(() => clock.now() >= 60_000);
    expect(asked).toHaveLength(1 + 6);
    expect(seen.told).toEqual(['change']);
  });

  test('tells what it has missed', async () => {
    const { seen, clock, changes } = watching(
      [OPEN, [added(pod('a')), added(pod('b', '7')), initialEnd('8'), 'hang']],
      [['8', [pod('a'), pod('b', '7')]]],
    );
    await changes(2);
    expect(seen.states).toEqual([['a'], ['a', 'b']]);
    expect(seen.notices).toEqual(['a list shows changes that the watch has not told']);
    expect(clock.now()).toBeLessThan(12_000);
  });

  test('is opened again after 75 s, which is no interruption', async () => {
    const { seen, asked, clock, until } = watching([OPEN], [UNCHANGED]);
    await until(() => clock.now() > 76_000);
    expect(asked.filter(({ query }) => query?.watch)).toHaveLength(2);
    expect(seen.told).toEqual(['change']);
  });

  test('before its list has come starts anew', async () => {
    const { seen, clock, changes } = watching([[added(pod('a')), 'hang'], OPEN], [UNCHANGED]);
    await changes(1);
    expect(seen.states).toEqual([['a']]);
    expect(clock.now()).toBeLessThan(12_000);
  });
});

describe('a watch that is refused', () => {
  test('waits as long as the server asks for', async () => {
    const { clock, changes } = watching([[refusal(429, 'watch', 7_000)], OPEN]);
    await changes(1);
    expect(clock.now()).toBeGreaterThanOrEqual(7_000);
    expect(clock.now()).toBeLessThanOrEqual(7_700);
  });

  test('waits longer after each failure, and never more than 5 s', async () => {
    const { clock, changes } = watching([...Array(8).fill([refusal(503)]), OPEN]);
    await changes(1);
    const pauses = clock.slept.slice(0, 8);
    expect(pauses[0]).toBeLessThanOrEqual(250);
    expect(pauses[7]).toBeGreaterThan(2_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(5_000);
  });

  test('from the start for a reason that waiting does not cure ends with it', async () => {
    const { seen, changes } = watching([[refusal(404)]]);
    await changes(1);
    expect(seen.error?.message).toMatch('(404)');
  });

  test('goes on when it was complete before, since a starting server may know no kind', async () => {
    const { seen, changes } = watching([BROKEN, [refusal(404)], ['hang']], [UNCHANGED]);
    await changes(2);
    expect(seen.error).toBeUndefined();
    expect(seen.told.at(-1)).toBe('change');
  });

  test('for its credentials goes on, from the start too', async () => {
    const { seen, changes } = watching([...Array(5).fill([refusal(401)]), OPEN]);
    await changes(1);
    expect(seen.error).toBeUndefined();
  });
});

describe('a watch that RBAC denies', () => {
  const DENIED: Answer = [refusal(403)];

  test('lists every 2 s instead, and says so once, with the missing rule', async () => {
    const { seen, asked, clock, until } = watching(Array(9).fill(DENIED), [
      ['9', []],
      UNCHANGED,
      UNCHANGED,
      ['10', []],
    ]);
    await until(() => clock.now() > 9_000);
    expect(seen.states).toEqual([[], ['a'], []]);
    expect(seen.notices).toEqual([]);
    expect(asked.filter(({ query }) => !query?.watch)).toHaveLength(5);
    expect(seen.degraded).toEqual([
      `The pods are listed every 2 s instead of watched: ${refusal(403).message}`,
    ]);
    expect(seen.degraded[0]).toMatch(ruleText('watch'));
  });

  test('is tried again after a minute', async () => {
    const { seen, clock, until } = watching([DENIED, [added(pod('b', '12')), 'hang']], [UNCHANGED]);
    await until(() => clock.now() > 65_000);
    expect(seen.states).toEqual([['a'], ['a', 'b']]);
  });

  test('says when a list fails, and when one comes again', async () => {
    const pages: Page[] = [UNCHANGED, RESET, RESET, UNCHANGED];
    const { seen, clock, changes } = watching([DENIED], pages);
    await changes(2);
    expect(clock.now()).toBeLessThan(10_000);
    expect(seen.told).toEqual(['change', 'interruption', 'change']);
  });

  test('ends where lists are denied too, with both rules', async () => {
    const { seen, changes } = watching([DENIED], [refusal(403, 'list')]);
    await changes(1);
    expect(seen.error?.message).toMatch('refused to watch pods (403)');
    expect(seen.error?.message).toMatch(ruleText('list', 'watch'));
    expect(seen.degraded).toEqual([]);
  });
});
