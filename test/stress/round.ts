import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { loseAnswer, reset } from '../mongodb-faults/fault.ts';
import type { MongodbProxy } from '../mongodb-faults/mongodb-proxy.ts';
import type { StressEvent } from './events.ts';
import type { RunReport } from './judge.ts';
import type { RunnerOrder } from './runner.ts';

const RUNNER = join(fileURLToPath(new URL('.', import.meta.url)), 'runner.ts');

/** One round: runs that all begin at once, and what happens to them. */
export interface RoundOrder {
  readonly proxy: MongodbProxy;
  readonly database: string;
  readonly migrations: readonly string[];
  readonly runners: number;
  readonly ttl: number;
  readonly random: () => number;
}

/** What was done to the runs of a round. */
export interface Troubles {
  kills: number;
  stalls: number;
  lostAnswers: number;
  resets: number;
}

/** Starts a run as a process of its own. */
function start(order: RunnerOrder) {
  const events: StressEvent[] = [];
  const args = ['--conditions=paal-source', RUNNER, JSON.stringify(order)];
  const child = execa(process.execPath, args, {
    stdin: 'ignore',
    buffer: false,
    reject: false,
    stderr: 'inherit',
  });
  const lines = createInterface({ input: child.stdout });
  const begun = Promise.withResolvers<void>();
  const read = (async () => {
    for await (const line of lines) {
      events.push(JSON.parse(line) as StressEvent);
      begun.resolve();
    }
    begun.resolve();
  })();
  const ended = Promise.all([child, read]).then(() => undefined);
  return { child, begun: begun.promise, ended, report: { run: order.run, events } };
}

/** Kills one run in four, stops one in three for longer than its ttl, once it has the lease. */
async function trouble(
  { child, begun, ended }: ReturnType<typeof start>,
  { random, ttl }: RoundOrder,
  troubles: Troubles,
): Promise<void> {
  const [fate, wait, length] = [random(), random() * ttl * 0.6, ttl * (1.1 + random())];
  await begun;
  const isOver = await Promise.race([delay(wait, false), ended.then(() => true)]);
  if (isOver) return;
  if (fate < 0.25) {
    troubles.kills += 1;
    child.kill('SIGKILL');
  } else if (fate < 0.6) {
    troubles.stalls += 1;
    child.kill('SIGSTOP');
    await delay(length);
    child.kill('SIGCONT');
  }
}

/** A busy machine may hold up a run for longer than the short ttl of those that are disturbed. */
const PATIENT_TTL = 20_000;

/** Applies what is left, undisturbed. */
export async function lastRun(order: RoundOrder): Promise<RunReport> {
  const { database, migrations, proxy } = order;
  const ttl = PATIENT_TTL;
  const most = migrations.length;
  const last = start({ uri: proxy.uri, database, run: 'last', migrations, most, ttl });
  await last.ended;
  return last.report;
}

/** Lets the runs loose on the database, and gives what they reported. */
export async function playRound(order: RoundOrder): Promise<{
  readonly reports: readonly RunReport[];
  readonly troubles: Troubles;
}> {
  const { proxy, database, migrations, runners, ttl, random } = order;
  const troubles: Troubles = { kills: 0, stalls: 0, lostAnswers: 0, resets: 0 };
  const scope = (share: number) => ({
    command: ['find', 'insert', 'update', 'delete', 'distinct'],
    where: () => random() < share,
  });
  const lost = proxy.inject(loseAnswer(), scope(0.02));
  const cut = proxy.inject(reset(), scope(0.01));
  try {
    const runs = Array.from({ length: runners }, (_, index) =>
      start({
        uri: proxy.uri,
        database,
        run: `run-${index}`,
        migrations,
        most: 1 + Math.floor(random() * 3),
        ttl,
      }),
    );
    await Promise.all(runs.map(async (run) => await trouble(run, order, troubles)));
    await Promise.all(runs.map(({ ended }) => ended));
    return { reports: runs.map(({ report }) => report), troubles };
  } finally {
    troubles.lostAnswers = lost.hits;
    troubles.resets = cut.hits;
    lost.off();
    cut.off();
  }
}
