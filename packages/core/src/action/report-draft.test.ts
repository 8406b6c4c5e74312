import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { beginReport, completeReport, type ReportDraft } from './report-draft.ts';

const PLANNING = { doing: 'planned', leaves: 'Nothing was changed.' };
const WATCHING = { doing: 'watched release 3', leaves: 'It goes on in the cluster.' };
const ENTRY = { at: 5, subject: 'deployment/web', text: '1 of 1 updated' };

let folder: string;
let draft: ReportDraft;

const at = (name: string): string => join(folder, name);
const report = async () => JSON.parse(await readFile(at('report.json'), 'utf8'));
const summary = async () => await readFile(at('summary'), 'utf8');

/** What the runner hands to the post step. */
function post(): void {
  process.env.STATE_report = at('report.json');
}

// One for all: the toolkit keeps the path of the summary that it wrote first.
beforeAll(async () => {
  folder = await mkdtemp(join(process.env.PAAL_TEST_TEMPORARY ?? tmpdir(), 'draft-'));
  process.env.GITHUB_STEP_SUMMARY = at('summary');
  process.env.GITHUB_STATE = at('state');
  process.env.GITHUB_OUTPUT = at('output');
});

beforeEach(async () => {
  for (const name of ['summary', 'state', 'output']) await writeFile(at(name), '');
  await writeFile(at('flight.jsonl'), 'seen');
  const facts = [['app', 'shop']] as const;
  const about = { action: 'k8s-rollout', flightRecord: at('flight.jsonl'), facts };
  draft = beginReport(folder, { ...about, subject: 'rollout' }, PLANNING);
});

describe('the report of a step that is killed', () => {
  test('says what it was doing then, and what that leaves, before anybody completes it', async () => {
    draft.enter(WATCHING);
    expect(await report()).toMatchObject({
      action: 'k8s-rollout',
      status: 'cancelled',
      verdict: 'The run was killed while it watched release 3.',
      notes: ['It goes on in the cluster.'],
    });
    expect(await readFile(at('output'), 'utf8')).toContain(at('report.json'));
    expect(await readFile(at('state'), 'utf8')).toContain(at('report.json'));
  });

  test('is completed with the timeline, and told in the summary, once', async () => {
    draft.enter(WATCHING);
    post();
    const read: string[] = [];
    const timelineOf = (text: string) => {
      read.push(text);
      return [ENTRY];
    };
    await completeReport(timelineOf);
    expect(read).toEqual(['seen']);
    expect(await report()).toMatchObject({ status: 'cancelled', timeline: [ENTRY] });
    const told = await summary();
    expect(told).toMatch(/^## ⚠️ The rollout was killed\n\n\*\*The run was killed while it watched/);
    expect(told).toContain('1 of 1 updated');
    await completeReport(timelineOf);
    expect(await summary()).toBe(told);
  });
});

describe('the report of a step that came to its end', () => {
  test('is left alone by the post step', async () => {
    draft.finish({ status: 'succeeded', release: 3 });
    await draft.fail('failed', 'thrown after the report');
    post();
    await completeReport(() => [ENTRY]);
    expect(await report()).toMatchObject({
      action: 'k8s-rollout',
      status: 'succeeded',
      release: 3,
    });
    expect(await summary()).toBe('');
  });

  test('has the error where there is no result', async () => {
    await draft.fail('cancelled', 'The run was cancelled before any workload was changed.');
    post();
    await completeReport(() => [ENTRY]);
    expect(await report()).toMatchObject({
      status: 'cancelled',
      title: 'The rollout was cancelled',
    });
    expect((await summary()).match(/cancelled before any workload/g)).toHaveLength(1);
  });

  test('is gone where there was nothing to report', async () => {
    draft.discard();
    post();
    await completeReport(() => [ENTRY]);
    await expect(report()).rejects.toThrow('ENOENT');
    expect(await summary()).toBe('');
  });
});
