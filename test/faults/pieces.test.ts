import { expect, test } from '@jest/globals';
import { halves, Pieces, splitLines } from './pieces.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

test('lines are complete, whatever the chunks in which they came', () => {
  const { lines, rest } = splitLines(bytes('{"a'), bytes('":1}\n{}\n{"b"'));
  expect(lines.map(String)).toEqual(['{"a":1}\n', '{}\n']);
  expect(String(rest)).toBe('{"b"');
});

test('halves are cut in the middle, and put together give the whole', () => {
  const [first, second] = halves(bytes('{"type":"ADDED"}\n'));
  expect(first.length).toBe(9);
  expect(Buffer.concat([first, second]).toString()).toBe('{"type":"ADDED"}\n');
});

test('halves are cut inside of a character where one has several bytes', () => {
  const [first, second] = halves(bytes('grün'));
  expect([first.length, second.length]).toEqual([3, 2]);
});

test('pieces are waited for, and taken in the order in which they came', async () => {
  const pieces = new Pieces();
  const waited = pieces.ready(new AbortController().signal);
  pieces.add(bytes('one'));
  pieces.add(bytes('two'));
  await waited;
  expect(String(pieces.take()?.bytes)).toBe('one');
  expect(String(pieces.take()?.bytes)).toBe('two');
  expect(pieces.take()).toBeUndefined();
});

test('nobody waits for pieces when no more will come, or when nobody wants them', async () => {
  const [ended, unwanted, stop] = [new Pieces(), new Pieces(), new AbortController()];
  ended.end('broken');
  await ended.ready(stop.signal);
  expect(ended.broken).toBe(true);
  const waited = unwanted.ready(stop.signal);
  stop.abort();
  await waited;
  expect(unwanted.take()).toBeUndefined();
});
