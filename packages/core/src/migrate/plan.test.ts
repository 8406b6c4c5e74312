import { describe, expect, test } from '@jest/globals';
import type { AppliedMigration } from './history.ts';
import { type PlanRequest, plan, planBaseline } from './plan.ts';
import { applied, attempt, standing } from './standing.test-data.ts';

const A = '20240101000000-a.js';
const B = '20240102000000-b.js';
const C = '20240103000000-c.js';
const D = '20240104000000-d.js';

const up = (limit?: PlanRequest['limit']): PlanRequest => ({ direction: 'up', limit });
const down = (limit?: PlanRequest['limit']): PlanRequest => ({ direction: 'down', limit });

describe('a plan', () => {
  test.each<{
    name: string;
    files: readonly string[];
    history: readonly AppliedMigration[];
    request: PlanRequest;
    steps: readonly string[];
  }>([
    {
      name: 'up applies all that is pending, by name',
      files: [C, A, B],
      history: applied(A),
      request: up(),
      steps: [B, C],
    },
    {
      name: 'up with nothing pending has no steps',
      files: [A],
      history: applied(A),
      request: up(),
      steps: [],
    },
    {
      name: 'up to a migration includes it',
      files: [A, B, C],
      history: applied(),
      request: up({ to: B }),
      steps: [A, B],
    },
    {
      name: 'a name without its extension will do',
      files: [A, B, C],
      history: applied(),
      request: up({ to: '20240102000000-b' }),
      steps: [A, B],
    },
    {
      name: 'up to one that is applied has no steps',
      files: [A, B, C],
      history: applied(A, B),
      request: up({ to: B }),
      steps: [],
    },
    {
      name: 'up applies an older one that came late',
      files: [A, B, C],
      history: applied(A, C),
      request: up(),
      steps: [B],
    },
    {
      name: 'up by count stops there',
      files: [A, B, C],
      history: applied(),
      request: up({ count: 2 }),
      steps: [A, B],
    },
    {
      name: 'up by more than there are applies all',
      files: [A, B],
      history: applied(),
      request: up({ count: 9 }),
      steps: [A, B],
    },
    {
      name: 'up does not mind applied ones without a file',
      files: [B],
      history: applied(A),
      request: up(),
      steps: [B],
    },
    {
      name: 'down reverts the last one',
      files: [A, B, C],
      history: applied(A, B),
      request: down(),
      steps: [B],
    },
    {
      name: 'down reverts the one that was applied last, whatever its name',
      files: [A, B, C],
      history: applied(A, C, B),
      request: down(),
      steps: [B],
    },
    {
      name: 'down with nothing applied has no steps',
      files: [A],
      history: applied(),
      request: down(),
      steps: [],
    },
    {
      name: 'down by count goes back newest first',
      files: [A, B, C],
      history: applied(A, B, C),
      request: down({ count: 2 }),
      steps: [C, B],
    },
    {
      name: 'down by none has no steps',
      files: [A],
      history: applied(A),
      request: down({ count: 0 }),
      steps: [],
    },
    {
      name: 'down to a migration leaves it applied',
      files: [A, B, C, D],
      history: applied(A, B, C),
      request: down({ to: A }),
      steps: [C, B],
    },
    {
      name: 'down to the last one has no steps',
      files: [A, B],
      history: applied(A, B),
      request: down({ to: B }),
      steps: [],
    },
    {
      name: 'down does not mind a missing file that it need not run',
      files: [B],
      history: applied(A, B),
      request: down(),
      steps: [B],
    },
  ])('$name', ({ files, history, request, steps }) => {
    expect(plan(standing(files, history), request)).toEqual({
      kind: 'steps',
      steps: steps.map((name) => ({ name, direction: request.direction })),
    });
  });

  test.each<{
    name: string;
    files: readonly string[];
    history: readonly AppliedMigration[];
    request: PlanRequest;
    says: readonly string[];
  }>([
    {
      name: 'up to an unknown migration names the nearest',
      files: [A, B],
      history: applied(),
      request: up({ to: '20240102000000-bb.js' }),
      says: ['no migration "20240102000000-bb.js"', `Did you mean "${B}"?`],
    },
    {
      name: 'down to an unknown migration names the nearest',
      files: [A, B],
      history: applied(A, B),
      request: down({ to: '20240101000000-x.js' }),
      says: ['no applied migration "20240101000000-x.js"', `Did you mean "${A}"?`],
    },
    {
      name: 'down to a pending migration says that it is not applied',
      files: [A, B],
      history: applied(A),
      request: down({ to: B }),
      says: [`${B} is not applied`],
    },
    {
      name: 'down by more than are applied says how many are',
      files: [A, B],
      history: applied(A),
      request: down({ count: 2 }),
      says: ['revert 2 migrations, but 1 are applied'],
    },
    {
      name: 'down over a missing file names it',
      files: [A, C],
      history: applied(A, B, C),
      request: down({ to: A }),
      says: [B, 'neither in the migrations directory', 'Nothing was reverted'],
    },
    {
      name: 'up to the previous release',
      files: [A],
      history: applied(),
      request: up('previous'),
      says: ['it needs command down'],
    },
  ])('is refused: $name', ({ files, history, request, says }) => {
    const refused = plan(standing(files, history), request);
    expect(refused.kind).toBe('refusal');
    for (const part of says)
      expect(refused).toMatchObject({ message: expect.stringContaining(part) });
  });
});

describe('a way back', () => {
  const history = applied(A, B, C);
  const one = { source: { type: 'module', files: [] } } as const;

  test('is there without its file where the run that applied it stored it', () => {
    const records = [attempt(B, one), attempt(C, one)];
    expect(plan(standing([A], history, records), down({ to: A }))).toMatchObject({
      steps: [{ name: C }, { name: B }],
    });
  });

  test('without file and without store names the commit that has it', () => {
    expect(plan(standing([A], history, [attempt(C)]), down())).toMatchObject({
      message: expect.stringContaining('it was applied from c0ffee'),
    });
  });

  test('to 0 reverts everything', () => {
    expect(plan(standing([A, B, C], history), down({ to: '0' }))).toMatchObject({
      steps: [{ name: C }, { name: B }, { name: A }],
    });
  });

  test('to previous takes back what the newest commit applied, however many runs it took', () => {
    const records = [
      attempt(A, { sha: 'old' }),
      attempt(B, { sha: 'new', fence: 2 }),
      attempt(C, { sha: 'new', fence: 3, run: 'https://example.test/runs/3' }),
    ];
    expect(plan(standing([A, B, C], history, records), down('previous'))).toMatchObject({
      steps: [{ name: C }, { name: B }],
    });
  });

  test('to previous takes back a whole run of migrate-mongo, which records no commit', () => {
    const rows = history.map((row, index) => ({ ...row, migrationBlock: index === 0 ? 1 : 2 }));
    expect(plan(standing([A, B, C], rows), down('previous'))).toMatchObject({
      steps: [{ name: C }, { name: B }],
    });
  });
});

describe('a baseline', () => {
  test('marks what is pending, up to and including the one that is named', () => {
    expect(planBaseline(standing([A, B, C], applied()), { to: B })).toMatchObject({
      steps: [{ name: A }, { name: B }],
    });
  });

  test('is refused where the changelog says already what is applied', () => {
    expect(planBaseline(standing([A, B], applied(A)), undefined)).toMatchObject({
      kind: 'refusal',
    });
  });
});
