import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { parseMatcher } from '@paal/core/verify/alerts/matchers';
import { type JsonApi, openJsonApi } from '@paal/core/verify/json-api';
import { ensureSilence, expireSilence, type WantedSilence } from '@paal/core/verify/silence-api';
import { startAlertmanager } from '../cluster/services/prometheus.ts';
import { afterTests, sharedCluster } from './fixture.ts';
import { ALERTMANAGER, type Alerts, alertsAt, someNamespace } from './verify-alerts-fixture.ts';

jest.setTimeout(60_000);

const { signal } = new AbortController();
let api: JsonApi;
let alerts: Alerts;

beforeAll(async () => {
  const server = await startAlertmanager(sharedCluster(), { configuration: ALERTMANAGER });
  afterTests(server.stop);
  alerts = alertsAt(server);
  const { url } = server;
  const landmark = '/api/v2/silences';
  api = openJsonApi({ product: 'Alertmanager', landmark, url, headers: {}, timeout: 5_000 }, 'it');
}, 300_000);

function wantedFor(namespace: string, more: Partial<WantedSilence> = {}): WantedSilence {
  const matchers = [parseMatcher(`namespace="${namespace}"`, 'it')];
  return { matchers, comment: 'Deployment', duration: 60_000, atLeast: 1_000, ...more };
}

async function made(known: string | undefined, wanted: WantedSilence) {
  const silence = await ensureSilence(api, known, wanted, signal);
  if ('trouble' in silence) throw new Error(silence.trouble);
  return silence;
}

describe('a silence in Alertmanager', () => {
  test('is made for its duration, or for as long as it must hold', async () => {
    const namespace = someNamespace();
    expect(await made(undefined, wantedFor(namespace))).toMatchObject({
      made: 'new',
      left: 60_000,
    });
    const longer = someNamespace();
    expect(await made(undefined, wantedFor(longer, { atLeast: 90_000 }))).toMatchObject({
      left: 90_000,
    });
    for (const [which, lasts] of [
      [namespace, 60_000],
      [longer, 90_000],
    ] as const) {
      const [{ startsAt = '', endsAt = '' } = {}] = await alerts.silences(which);
      // It begins when it is made, by a clock that tells milliseconds, and ends by one that tells seconds.
      const held = Date.parse(endsAt) - Date.parse(startsAt);
      expect(held).toBeGreaterThan(lasts - 2_000);
      expect(held).toBeLessThanOrEqual(lasts);
    }
  });

  test('stays as it is while it holds for long enough, and is extended, as the same one, when not', async () => {
    const namespace = someNamespace();
    const { id } = await made(undefined, wantedFor(namespace));
    expect(await made(id, wantedFor(namespace))).toMatchObject({ id, made: 'as it was' });
    const longer = wantedFor(namespace, { atLeast: 600_000 });
    expect(await made(id, longer)).toEqual({ id, made: 'extended', left: 600_000 });
    const silences = await alerts.silences(namespace);
    expect(silences).toHaveLength(1);
    const left = Date.parse(silences[0]?.endsAt ?? '') - Date.now();
    expect(left).toBeGreaterThan(590_000);
    expect(left).toBeLessThanOrEqual(600_000);
  });

  test('is made anew when the known one is over, or unknown to the server', async () => {
    const namespace = someNamespace();
    const first = await made(undefined, wantedFor(namespace));
    expect(await expireSilence(api, first.id, signal)).toBeUndefined();
    const second = await made(first.id, wantedFor(namespace));
    expect(second).toMatchObject({ made: 'new' });
    const unknown = '00000000-0000-4000-8000-000000000000';
    expect(await made(unknown, wantedFor(namespace))).toMatchObject({ made: 'new' });
  });

  test('may be ended twice, and where it never was', async () => {
    const namespace = someNamespace();
    const { id } = await made(undefined, wantedFor(namespace));
    expect(await expireSilence(api, id, signal)).toBeUndefined();
    expect(await alerts.silences(namespace)).toMatchObject([{ status: { state: 'expired' } }]);
    expect(await expireSilence(api, id, signal)).toBeUndefined();
    const unknown = '00000000-0000-4000-8000-000000000000';
    expect(await expireSilence(api, unknown, signal)).toBeUndefined();
  });

  test('that Alertmanager refuses is told with its words', async () => {
    const matchers = [parseMatcher('namespace=""', 'it')];
    const refused = await ensureSilence(api, undefined, wantedFor('x', { matchers }), signal);
    expect(refused).toEqual({
      refused: true,
      trouble: expect.stringMatching(
        /^Alertmanager at .* refuses to make the silence \(HTTP 400: .*at least one matcher must not match the empty string/,
      ),
    });
  });
});
