import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { inputsTable, outputsTable } from './generate.ts';
import { checkNewAction, renderAction } from './new-action.ts';

const description = 'Scans images: "high" and worse fail, #1 in the list first';

describe('a new action', () => {
  test('has metadata, README, package, sources and a contract test', async () => {
    const files = await renderAction('image-scan', description);
    expect([...files.keys()].sort()).toEqual([
      'actions/image-scan/README.md',
      'actions/image-scan/action.yml',
      'actions/image-scan/package.json',
      'actions/image-scan/src/index.ts',
      'actions/image-scan/src/inputs.ts',
      'actions/image-scan/src/main.ts',
      'actions/image-scan/src/outputs.ts',
      'actions/image-scan/tsconfig.json',
      'test/contract/image-scan.test.ts',
    ]);
  });

  test('has nothing of the template left in it', async () => {
    const text = [...(await renderAction('image-scan', description)).values()].join('\n');
    expect(text).not.toMatch(/new.action/i);
    expect(text).toContain("runStep('image-scan'");
    expect(text).toContain('"name": "@paal/image-scan"');
  });

  test('is described as it was asked, whatever the characters', async () => {
    const files = await renderAction('image-scan', description);
    const metadata = parse(files.get('actions/image-scan/action.yml') ?? '');
    expect(metadata).toMatchObject({ name: 'PAAL image-scan', description });
    expect(files.get('actions/image-scan/README.md')).toContain(`\n${description}.\n`);
  });

  test('has a README whose tables are up to date', async () => {
    const files = await renderAction('image-scan', description);
    const metadata = parse(files.get('actions/image-scan/action.yml') ?? '');
    const readme = files.get('actions/image-scan/README.md');
    expect(readme).toContain(`<!-- inputs -->\n${inputsTable('image-scan', metadata)}\n<!--`);
    expect(readme).toContain(`<!-- outputs -->\n${outputsTable('image-scan', metadata)}\n<!--`);
  });

  test.each([
    ['Image-Scan', 'x', 'is not a name for an action'],
    ['../scan', 'x', 'is not a name for an action'],
    ['setup', 'x', 'There is an action or a folder "setup" already'],
    ['scan', ' ', 'Describe the action in one line'],
    ['scan', 'x'.repeat(126), 'The description has 126 characters; the Marketplace takes 125'],
  ])('named %s and described as %j is refused', (name, text, message) => {
    expect(() => checkNewAction(name, text, ['setup', 'workflows'])).toThrow(message);
  });
});
