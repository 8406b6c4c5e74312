import { describe, expect, test } from '@jest/globals';
import type { RecordedCommand } from './recorded.ts';
import { dryRunLines, dryRunMarkdown } from './shown-lines.ts';

const command = (over: Partial<RecordedCommand> = {}): RecordedCommand => ({
  name: 'updateOne',
  database: 'shop',
  collection: 'users',
  text: 'filter {"_id":1}',
  documents: 1,
  note: undefined,
  shape: 'a',
  ...over,
});

describe('the log of a dry run', () => {
  test('has one line for consecutive commands of one shape, and another after a different one', () => {
    const commands = [command(), command({ documents: 4 }), command({ shape: 'b' }), command()];
    expect(dryRunLines({ commands, omitted: 0 }, 'shop')).toEqual([
      '2 × updateOne users filter {"_id":1}: 5 documents',
      'updateOne users filter {"_id":1}: 1 document',
      'updateOne users filter {"_id":1}: 1 document',
    ]);
  });

  test('says what was not counted, and names another database', () => {
    const commands = [
      command({ documents: undefined, note: 'not counted (over 10 s)', database: 'other' }),
      command({ name: 'dropDatabase', collection: undefined, text: '', shape: 'b' }),
    ];
    expect(dryRunLines({ commands, omitted: 7 }, 'shop')).toEqual([
      'updateOne other.users filter {"_id":1}: not counted (over 10 s)',
      'dropDatabase: 1 document',
      '… and 7 writes more',
    ]);
  });

  test('shows three different notes of a group, and how many more there are', () => {
    const commands = [1, 1, 2, 3, 4, 5].map((note) => command({ note: `note ${note}` }));
    expect(dryRunLines({ commands, omitted: 0 }, 'shop')).toEqual([
      '6 × updateOne users filter {"_id":1}: 6 documents; note 1; note 2; note 3; 2 more such notes',
    ]);
  });

  test('shows fifty lines, and counts the commands behind the others', () => {
    const commands = Array.from({ length: 60 }, (_, index) => command({ shape: `${index}` }));
    const lines = dryRunLines(
      { commands: [...commands, ...commands.slice(-1)], omitted: 0 },
      'shop',
    );
    expect(lines).toHaveLength(51);
    expect(lines[50]).toBe('… and 11 writes more');
  });
});

describe('the summary of a dry run', () => {
  test('has a section for each migration, and what such a run cannot tell', () => {
    const text = dryRunMarkdown(
      [
        { name: 'a.js', recorded: { commands: [command()], omitted: 0 }, failure: undefined },
        { name: 'b.js', recorded: { commands: [], omitted: 0 }, failure: 'boom' },
      ],
      'shop',
    );
    expect(text).toContain('<summary>a.js: 1 write</summary>');
    expect(text).toContain(
      '| updateOne | <code>users</code> | <code>filter {&quot;&#95;id&quot;:1}',
    );
    expect(text).toContain('<summary>b.js: no writes</summary>');
    expect(text).toContain('It did not run to its end: boom');
    expect(text).toContain('- Reads do not see what the migration');
  });

  test('lets nothing of a command take effect', () => {
    const hostile = command({ text: '{"a":"<img src=x>|`"}', note: '**x**', collection: '<b>|' });
    const recorded = { commands: [hostile], omitted: 0 };
    const text = dryRunMarkdown([{ name: '<i>', recorded, failure: '<u>' }], 'shop');
    expect(text).not.toMatch(/<(img|b|i|u)>|<img|\*\*x|`/);
  });

  test('is empty where there is no migration', () => {
    expect(dryRunMarkdown([], 'shop')).toBe('');
  });
});
