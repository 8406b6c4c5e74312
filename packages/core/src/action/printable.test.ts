import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { printable } from './log.ts';
import { maskSecret, redact } from './secrets.ts';

/** What the runner takes for a command: src/Runner.Common/ActionCommand.cs. */
function obeyed(text: string): boolean {
  return text
    .split(/\r\n|\r|\n/)
    .some((line) => line.trimStart().startsWith('::') || line.includes('##['));
}

describe('what is printed', () => {
  test.each([
    '::error::pwned',
    '   ::add-mask::x',
    '\t::set-output name=a::b',
    'harmless\r::error::after a carriage return',
    'harmless\u2028::error::x',
    '\u001b[2K::error::behind an escape sequence',
    '##[error]the older form, anywhere',
    'text ##[group]x',
    '::::',
  ])('never holds a workflow command: %j', (text) => {
    expect(obeyed(printable(text))).toBe(false);
  });

  test('never holds a workflow command, whatever the text', () => {
    const hostile = fc
      .array(
        fc.constantFrom(':', '#', '[', '\n', '\r', ' ', '\t', '\u001b[0m', 'a', '\u0000', '\u2028'),
        { maxLength: 30 },
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(hostile, (text) => !obeyed(printable(text))),
      { numRuns: 2_000 },
    );
  });

  test('keeps ordinary text as it is', () => {
    const text = 'GET /api::v1 200\n\tat Object.<anonymous> (app.js:3:5) – 日本語';
    expect(printable(text)).toBe(text);
  });

  test('has no escape sequences and no characters that reorder it', () => {
    expect(printable('\u001b[31mred\u001b[0m \u202egnp.exe\u0007')).toBe('red gnp.exe');
  });
});

describe('secrets', () => {
  test('are hidden: registered values, each line of them, and their base64', () => {
    maskSecret('correct horse\nbattery staple');
    const encoded = Buffer.from('battery staple').toString('base64');
    expect(redact('a correct horse b')).toBe('a *** b');
    expect(redact(`x ${encoded} y`)).not.toContain(encoded.replace(/=+$/, ''));
  });

  test('too short to be told from chance are not registered', () => {
    maskSecret('1');
    expect(redact('1 of 3 available')).toBe('1 of 3 available');
  });

  test.each([
    [
      'mongodb+srv://user:p%40ss@cluster0.example.net/shop',
      'mongodb+srv://***@cluster0.example.net/shop',
    ],
    ['https://ci:t0k3n@registry.example/v2', 'https://***@registry.example/v2'],
    [`token ghp_${'a'.repeat(36)}!`, 'token ***!'],
    ['Authorization: Bearer abcdefghijkl', 'Authorization: Bearer ***'],
    [`eyJ${'a'.repeat(20)}.${'b'.repeat(20)}.${'c'.repeat(20)}`, '***'],
    [
      "You have reached your pull rate limit as 'jane': dckr_jti_abc.",
      'You have reached your pull rate limit as ***.',
    ],
  ])('are known by their form: %s', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  test('are not seen in ordinary addresses', () => {
    const text = 'https://shop.example/api/health?user=a@b.example';
    expect(redact(text)).toBe(text);
  });
});
