import { beforeAll, describe, expect, test } from '@jest/globals';
import { LINT_RULES } from '../../packages/core/src/config/lint-rules.ts';
import { parseConfig } from '../../packages/core/src/config/parse.ts';
import { configSchema } from '../../packages/core/src/config/schema.ts';
import { lintMigration } from '../../packages/core/src/migrate/lint/lint.ts';
import { type CodeBlock, type Page, readPage } from './markdown.ts';

/** Rules that are not of one migration's code, so that an example of it cannot show them. */
const WITHOUT_EXAMPLE = [
  'edited-migration',
  'override-without-reason',
  'unknown-rule',
  'unused-override',
];

const rulesIn = ({ text }: CodeBlock): readonly string[] => {
  const name = '20260101000000-example.mjs';
  return lintMigration({ name, path: name, text }, {}).map(({ rule }) => rule);
};

describe('the page about the linter', () => {
  let page: Page;
  const examples = (kind: string): readonly CodeBlock[] =>
    page.blocks.filter(({ language }) => language === `js ${kind}`);
  beforeAll(async () => {
    page = await readPage('docs/migration-lint.md');
  });

  test('shows each rule with an example of its own', () => {
    const shown = examples('bad').map(({ heading }) => heading);
    expect([...shown, ...WITHOUT_EXAMPLE].sort()).toEqual([...LINT_RULES].sort());
  });

  test('is right that in each bad example that rule finds something, and no other', () => {
    for (const block of examples('bad')) {
      expect([block.heading, ...rulesIn(block)]).toEqual([block.heading, block.heading]);
    }
  });

  test('is right that in the good ones nothing is found', () => {
    expect(examples('good').length).toBeGreaterThan(12);
    for (const block of examples('good'))
      expect([block.heading, ...rulesIn(block)]).toEqual([block.heading]);
  });

  test('has settings that are valid', () => {
    const block = page.blocks.find(({ heading }) => heading === 'Settings');
    const { migrations } = parseConfig(block?.text ?? '', 'paal.yaml', configSchema);
    expect(migrations?.lint).toEqual({ 'index-build': 'off', 'remove-field': 'error' });
  });
});
