import { describe, expect, test } from '@jest/globals';
import { currentRun } from '@paal/core/action/run';
import { configSchema } from '@paal/core/config/schema';
import { UserError } from '@paal/core/errors';
import { markOf, planNoise } from './noise.ts';
import type { Settings } from './settings.ts';

const RUN = currentRun({ GITHUB_REPOSITORY: 'paal/Shop.js', GITHUB_RUN_ID: '42' });

function settings(
  verify: object,
  more: { app?: string; alertmanager?: string; token?: string } = {},
) {
  const { silence, grafana } = configSchema.parse({ verify }).verify ?? {};
  const { app, alertmanager, token } = more;
  return {
    variables: { app, environment: 'staging', namespace: 'shop' },
    servers: { alertmanager },
    silence,
    grafana: grafana && { ...grafana, token },
  } as unknown as Settings;
}

const SILENCE = { silence: { matchers: ['namespace="{{namespace}}"'] } };
const HERE = { alertmanager: 'https://user:secret@alerts.example' };

describe('what the monitoring is told', () => {
  test('is nothing where nothing is configured, whatever servers are known', () => {
    const { silence, annotation } = planNoise(settings({}, HERE), RUN);
    expect(silence.wanted).toBeUndefined();
    expect(annotation.api).toBeUndefined();
  });

  test('is a silence of the namespace at hand, with who has made it', () => {
    const { silence } = planNoise(settings(SILENCE, { ...HERE, app: 'shop' }), RUN);
    expect(silence.api?.shown).toBe('Alertmanager at https://alerts.example/');
    expect(silence.wanted).toEqual({
      matchers: [{ name: 'namespace', operator: '=', value: 'shop' }],
      duration: 900_000,
      comment:
        'Deployment [paal app="shop" environment="staging"] https://github.com/paal/Shop.js/actions/runs/42',
    });
  });

  test('is told apart by app and environment', () => {
    expect(markOf(settings({}, { app: 'shop-js' }))).toBe(
      '[paal app="shop-js" environment="staging"]',
    );
  });

  test.each([
    [
      SILENCE,
      {},
      'verify.silence does not know where Alertmanager is: set the input "alertmanager-url"',
    ],
    [
      SILENCE,
      { alertmanager: 'alerts' },
      'verify.silence: the address of Alertmanager is "alerts"',
    ],
    [{ silence: { matchers: ['shop'] } }, HERE, 'verify.silence: the matcher shop has no label'],
    [
      { silence: { matchers: ['namespace="{{nmspace}}"'] } },
      HERE,
      'verify.silence uses {{nmspace}}',
    ],
    [{ grafana: { url: 'grafana' } }, { token: 'x' }, 'the address of Grafana is "grafana"'],
    [
      { grafana: { url: 'https://g.example' } },
      { token: 'a b' },
      'The input "grafana-token" is no',
    ],
  ])('is refused where it is not usable: %j with %j', (verify, more, message) => {
    expect(() => planNoise(settings(verify, more), RUN)).toThrow(UserError);
    expect(() => planNoise(settings(verify, more), RUN)).toThrow(message);
  });

  test('never shows a token that is none', () => {
    const given = settings({ grafana: { url: 'https://g.example' } }, { token: 'top secret' });
    expect(() => planNoise(given, RUN)).toThrow(/^(?!.*top secret).*$/s);
  });
});
