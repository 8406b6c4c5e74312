import { describe, expect, test } from '@jest/globals';
import { UserError } from '../errors.ts';
import { parseConfig } from './parse.ts';
import { configSchema } from './schema.ts';

const parse = (text: string) => parseConfig(text, 'paal.yaml', configSchema);

function refusal(text: string): UserError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('paal.yaml', () => {
  test('gives durations as milliseconds and fills in what a check leaves out', () => {
    const config = parse(`
app: shop
environments:
  production: { branch: main, namespace: shop, rollout: { timeout: 10m } }
verify:
  duration: 1m30s
  checks:
    - http: { url: "{{url}}/api/health", json: { status: ok }, successes: 5 }
`);
    expect(config.environments?.production?.rollout?.timeout).toBe(600_000);
    expect(config.verify?.duration).toBe(90_000);
    expect(config.verify?.checks?.[0]?.http).toMatchObject({ method: 'GET', timeout: 5_000 });
  });

  test('an empty file is an empty configuration', () => {
    expect(parse('')).toEqual({});
  });

  test('a key that is missing is named, where it belongs', () => {
    const error = refusal('verify:\n  checks:\n    - prometheus: { max: 1 }\n');
    expect(error.message).toBe(
      'paal.yaml:3:7: verify.checks.0.prometheus: the key "query" is missing',
    );
  });

  test('an unknown key is named with its place and the nearest known key', () => {
    const error = refusal('app: shop\nenvironments:\n  staging:\n    namspace: shop\n');
    expect(error.message).toContain('paal.yaml:4:5: unknown key "namspace"');
    expect(error.message).toContain('Did you mean "namespace"?');
    expect(error.position).toEqual({ file: 'paal.yaml', line: 4, column: 5 });
  });

  test('an unknown type of check is named with the nearest known type', () => {
    const error = refusal('verify:\n  checks:\n    - promethius: { query: up, min: 1 }\n');
    expect(error.message).toContain('paal.yaml:3:7: unknown key "promethius"');
    expect(error.message).toContain('Did you mean "prometheus"?');
  });

  test('an unknown rule of the linter is named with the nearest rule, and all that there are', () => {
    const error = refusal('migrations:\n  lint: { drop-colection: off }\n');
    expect(error.message).toContain(
      'paal.yaml:2:11: unknown key "drop-colection" (migrations.lint)',
    );
    expect(error.message).toContain('Did you mean "drop-collection"?');
    expect(error.message).toContain('Known keys: app-model-import, changelog-write');
  });

  test('lint-after may be written as a number', () => {
    const { migrations } = parse('migrations: { lint-after: 20260101000000 }');
    expect(migrations?.['lint-after']).toBe('20260101000000');
  });

  test('a malformed duration is named with its place and the accepted form', () => {
    const error = refusal('rollout:\n  timeout: ten minutes\n');
    expect(error.message).toContain('paal.yaml:2:12: rollout.timeout: "ten minutes"');
    expect(error.message).toContain('30s, 5m, 1h');
  });

  test('a Prometheus check without a threshold is refused', () => {
    const error = refusal('verify:\n  checks:\n    - prometheus: { query: up }\n');
    expect(error.message).toMatch(/^paal\.yaml:3:\d+: .*needs a threshold/);
  });

  test('a syntax error has file, line and column', () => {
    const error = refusal('app: shop\nenvironments: {\n  staging: ]\n');
    expect(error.message).toMatch(/^paal\.yaml:3:\d+: not valid YAML: /);
  });

  test('aliases that expand without end are refused instead of filling the memory', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (let index = 1; index < 9; index += 1) {
      const name = String.fromCharCode(97 + index);
      const before = String.fromCharCode(96 + index);
      bomb.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(',')}]`);
    }
    expect(refusal(bomb.join('\n')).message).toContain('alias');
  });
});
