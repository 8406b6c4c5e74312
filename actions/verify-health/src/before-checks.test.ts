import { describe, expect, test } from '@jest/globals';
import { systemClock } from '@paal/core/clock';
import { parseConfig } from '@paal/core/config/parse';
import { configSchema } from '@paal/core/config/schema';
import { UserError } from '@paal/core/errors';
import { checkOf } from '@paal/core/verify/check.test-data';
import { asBefore, comparableChecks } from './before-checks.ts';
import { NO_INPUTS, runOn } from './settings.test-data.ts';
import { settle } from './settings.ts';

const COMPARED = 'query: errors, baseline: before, max-increase: 20%';

function comparable(checks: string, version?: string) {
  const text = `verify: { prometheus: "https://prometheus.example", checks: [${checks}] }`;
  const config = parseConfig(text, 'paal.yaml', configSchema);
  const settings = settle(
    { ...NO_INPUTS, version, url: 'https://shop.example' },
    config,
    runOn('x'),
  );
  const { variables, servers } = settings;
  const context = {
    variables,
    servers,
    clock: systemClock,
    workspace: '/',
    phase: 'before',
  } as const;
  const { configs, leftOut } = comparableChecks(settings, context);
  return { asked: configs.map((one) => Object.values(one)[0]?.name), leftOut };
}

describe('before a release', () => {
  test('only the checks that compare with what was before are asked, and no cluster is needed to know', () => {
    const asked = comparable(`
      { http: { url: "{{url}}" } },
      { prometheus: { name: plain, query: "up", min: 1 } },
      { prometheus: { name: of pods, ${COMPARED.replace('errors', '"errors{pod=~\\"{{pods}}\\"}"')} } },
      { prometheus: { name: compared, report-only: true, ${COMPARED} } }
    `);
    expect(asked).toEqual({ asked: ['of pods', 'compared'], leftOut: [] });
  });

  test('checks that decide nothing afterwards may be the only ones', () => {
    const alone = `{ prometheus: { name: alone, report-only: true, ${COMPARED} } }`;
    expect(comparable(alone).asked).toEqual(['alone']);
  });

  test('what asks for the release or its version is left out where there is none, and that is said', () => {
    const checks = `
      { prometheus: { name: old, ${COMPARED} } },
      { prometheus: { name: of version, ${COMPARED.replace('errors', '"errors{version=\\"{{version}}\\"}"')} } },
      { prometheus: { ${COMPARED.replace('errors', '"errors{release=\\"{{ release }}\\"}"')} } }
    `;
    expect(comparable(checks)).toEqual({
      asked: ['old'],
      leftOut: [
        'The check "of version" is not asked before the release: it uses {{version}}.',
        'The check of type prometheus is not asked before the release: it uses {{release}}.',
      ],
    });
    expect(comparable(checks, '1.2.3').asked).toEqual(['old', 'of version']);
  });

  test('two checks of one type and name are refused: they could not be told apart', () => {
    const one = `{ prometheus: { name: errors, ${COMPARED} } }`;
    expect(() => comparable(`${one}, ${one}`)).toThrow(
      'There are two of the prometheus check "errors"',
    );
  });

  test('a check goes on whatever it sees, and that nothing runs yet says nothing', async () => {
    const { signal } = new AbortController();
    const failing = checkOf(
      async () => ({ outcome: 'failed', retry: false, value: '1', message: 'too much' }),
      { failureLimit: 0, successes: 3, initialDelay: 5, interval: 1, reportOnly: true },
    );
    const before = asBefore(failing);
    expect(before).toMatchObject({
      failureLimit: Infinity,
      errorLimit: Infinity,
      successes: undefined,
      initialDelay: 0,
      reportOnly: false,
    });
    expect(await before.measure(signal)).toMatchObject({ outcome: 'failed', retry: true });
    const nothing = asBefore(checkOf(() => Promise.reject(new UserError('There is no pod.'))));
    expect(await nothing.measure(signal)).toMatchObject({
      outcome: 'inconclusive',
      message: 'There is no pod',
    });
    const cancelled = AbortSignal.abort();
    await expect(nothing.measure(cancelled)).rejects.toThrow('There is no pod.');
    const bug = asBefore(checkOf(() => Promise.reject(new TypeError('a bug'))));
    await expect(bug.measure(signal)).rejects.toThrow('a bug');
  });
});
