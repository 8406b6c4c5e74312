import { beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { repositoryRoot } from '../../scripts/repository.ts';
import { readPage } from './markdown.ts';
import { readText } from './repository-files.ts';

/** Texts that are the API server's. */
const FROM_OTHERS = ['failed to create typed patch object'];

/** Source without comments, with `…` for what is put into texts, and their pieces joined. */
function messagesOf(source: string): string {
  let text = source.replace(/^\s*(?:\/?\*|\/\/).*$/gm, '').replace(/\\(['"`])/g, '$1');
  // From the inside out, because what is put in may hold texts with more in them.
  for (let before = ''; before !== text; ) {
    before = text;
    text = text.replace(/\$\{[^{}]*\}/g, '…').replace(/\{([^{}'"`;\n]*)\}/g, '($1)');
  }
  return text.replace(/['"`]\s*\+\s*['"`]/g, '');
}

/** What matches a text with `…` for what differs. */
function patternOf(text: string): RegExp {
  const pieces = text
    .replaceAll('`', '')
    .split('…')
    .map((piece) => piece.trim().replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(pieces.join('[^\\n]{0,200}?'));
}

describe('the error texts', () => {
  let messages = '';
  beforeAll(async () => {
    const { stdout } = await execa(
      'git',
      ['ls-files', '-co', '--exclude-standard', '--', 'packages/*/src/*.ts', 'actions/*/src/*.ts'],
      { cwd: repositoryRoot },
    );
    const files = stdout.split('\n').filter((path) => !path.endsWith('.test.ts'));
    const present = await Promise.all(files.map((path) => readText(path).catch(() => '')));
    messages = present.map(messagesOf).join('\n');
  });

  function missing(texts: readonly string[]): readonly string[] {
    return texts.filter(
      (text) => !FROM_OTHERS.some((one) => text.includes(one)) && !patternOf(text).test(messages),
    );
  }

  test('that head the entries of the page occur in the sources', async () => {
    const { headings } = await readPage('docs/troubleshooting.md');
    const texts = headings.filter(({ depth }) => depth === 3).map(({ text }) => text);
    expect(texts.length).toBeGreaterThan(40);
    expect(missing(texts)).toEqual([]);
  });
});
