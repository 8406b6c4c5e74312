import { describe, expect, test } from '@jest/globals';
import { readEvents } from './watch-events.ts';

async function read(...chunks: readonly string[]): Promise<readonly string[]> {
  const stream = (async function* () {
    yield* chunks;
  })();
  const names: string[] = [];
  for await (const { type, object } of readEvents(stream)) {
    names.push(`${type} ${object.metadata.name}`);
  }
  return names;
}

const event = (name: string): string =>
  `${JSON.stringify({ type: 'ADDED', object: { metadata: { name } } })}\n`;

describe('the events of a watch', () => {
  test('are read wherever their text is cut', async () => {
    const text = event('a') + event('b');
    for (let cut = 0; cut <= text.length; cut += 1) {
      expect(await read(text.slice(0, cut), text.slice(cut))).toEqual(['ADDED a', 'ADDED b']);
    }
  });

  test('end before one that did not come whole', async () => {
    expect(await read(event('a'), event('b').slice(0, -5))).toEqual(['ADDED a']);
  });

  test('end with the code of an error event', async () => {
    const status = { code: 410, message: 'too old resource version', metadata: {} };
    const text = `${JSON.stringify({ type: 'ERROR', object: status })}\n`;
    await expect(read(event('a'), text)).rejects.toMatchObject({ code: 410 });
  });

  test('are not what is no JSON', async () => {
    await expect(read('<html>\n')).rejects.toThrow('no event of a watch: <html>');
  });
});
