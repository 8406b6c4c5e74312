import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { UserError } from '../../errors.ts';
import { formatMatcher, matches, matchesAll, parseMatcher } from './matchers.ts';

const parse = (text: string) => parseMatcher(text, 'The check "alerts"');

describe('a matcher', () => {
  test.each([
    ['severity="critical"', 'severity', '=', 'critical'],
    [' severity = critical ', 'severity', '=', 'critical'],
    ['job=~"web|api"', 'job', '=~', 'web|api'],
    ['job=~web|api', 'job', '=~', 'web|api'],
    ['severity!="info"', 'severity', '!=', 'info'],
    ['pod!~"old-.*"', 'pod', '!~', 'old-.*'],
    ['path="say \\"a\\\\b\\""', 'path', '=', 'say "a\\b"'],
    ['namespace=""', 'namespace', '=', ''],
    ['namespace=', 'namespace', '=', ''],
    ['"with space"="x"', 'with space', '=', 'x'],
    ['host=~"a\\.b"', 'host', '=~', 'a\\.b'],
  ])('is read as Alertmanager reads it: %s', (text, name, operator, value) => {
    expect(parse(text)).toEqual({ name, operator, value });
  });

  test.each([
    ['severity', 'has no label and operator'],
    ['="x"', 'has no label and operator'],
    ['my label="x"', 'has no label and operator'],
    ['severity=="critical"', 'a value that is not quoted as one'],
    ['a="b", c="d"', 'a value that is not quoted as one'],
    ['{a="b"}', 'has no label and operator'],
    ['a="b', 'a value that is not quoted as one'],
    ['job=~"("', 'is no regular expression that is understood'],
    ['job=~"\\\\pL+"', 'is no regular expression that is understood'],
  ])('that is none is refused with what is wrong with it: %s', (text, why) => {
    expect(() => parse(text)).toThrow(UserError);
    expect(() => parse(text)).toThrow(`The check "alerts": the matcher ${text} `);
    expect(() => parse(text)).toThrow(why);
  });

  test.each([
    ['a="b"', { a: 'b' }, true],
    ['a="b"', { a: 'bc' }, false],
    ['a=~"b"', { a: 'bc' }, false],
    ['a=~"b|c"', { a: 'c' }, true],
    ['a=~"b|c"', { a: 'xc' }, false],
    ['a!~"b.*"', { a: 'bc' }, false],
    ['a!~"b.*"', { a: 'cb' }, true],
    ['a!="b"', {}, true],
    ['a=""', {}, true],
    ['a=~".+"', {}, false],
    ['a=~"(?i)B"', { a: 'b' }, true],
    ['a=~"x\\-y"', { a: 'x-y' }, true],
    ['a=~"[x\\-z]"', { a: 'y' }, false],
    ['a=~"(?P<n>x)"', { a: 'x' }, true],
  ])('%s of %j is %s', (text, labels: Readonly<Record<string, string>>, expected) => {
    expect(matches(parse(text), labels)).toBe(expected);
  });

  test('of which one does not fit leaves the alert out', () => {
    const matchers = [parse('a="1"'), parse('b!="2"')];
    expect(matchesAll(matchers, { a: '1', b: '3' })).toBe(true);
    expect(matchesAll(matchers, { a: '1', b: '2' })).toBe(false);
    expect(matchesAll([], {})).toBe(true);
  });

  test('that is written down is read as the same one, whatever its value', () => {
    const name = fc.constantFrom('severity', 'a_b:c', 'with space', 'quote"d');
    const operator = fc.constantFrom('=', '!=');
    const text = fc.string({
      unit: fc.constantFrom('a', '"', '\\', '\n', 'n', ' ', '{', '=', 'ü'),
    });
    fc.assert(
      fc.property(name, operator, text, (label, sign, value) => {
        const matcher = { name: label, operator: sign, value } as const;
        expect(parse(formatMatcher(matcher as never))).toEqual(matcher);
      }),
    );
  });
});
