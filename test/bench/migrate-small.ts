import { type Bench, type Figure, median, ofRounds } from './benchmark.ts';
import {
  type MigrateGround,
  migrateMongo,
  paal,
  repositoryWith,
  type Up,
} from './migrate-ground.ts';

const ROUNDS = 5;
const COUNT = 100;

const FILES: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from({ length: COUNT }, (_, index) => [
    `20240101000${String(index).padStart(3, '0')}-small.mjs`,
    `export async function up(db) { await db.collection('marks').insertOne({ n: ${index} }); }\n`,
  ]),
);

interface Round {
  /** Seconds of a run that applies all of them, and of the next, which finds nothing to do. */
  readonly all: number;
  readonly nothing: number;
}

async function round(ground: MigrateGround, label: string, up: Up): Promise<Round> {
  const db = ground.database(label);
  const workspace = await repositoryWith(ground, db.databaseName, FILES);
  const all = await up(ground, workspace, db.databaseName);
  const applied = await db.collection('changelog').countDocuments();
  if (applied !== COUNT) throw new Error(`${label} applied ${applied} of ${COUNT}`);
  return { all: all.seconds, nothing: (await up(ground, workspace, db.databaseName)).seconds };
}

/** A hundred migrations of one insert each, and a run with nothing to do, beside migrate-mongo. */
export async function smallMigrations(
  bench: Bench,
  ground: MigrateGround,
): Promise<readonly Figure[]> {
  const contenders: readonly (readonly [string, Up])[] = [
    ['paal', paal],
    ['mongo', migrateMongo],
  ];
  const taken = new Map<string, Round[]>(contenders.map(([name]) => [name, []]));
  const rounds = bench.rounds ?? ROUNDS;
  for (let number = 1; number <= rounds; number += 1) {
    // Whoever is first meets a server that has just done the other's work.
    for (const [name, up] of number % 2 === 0 ? contenders : contenders.toReversed()) {
      ground.signal.throwIfAborted();
      const one = await round(ground, name, up);
      bench.say(
        `migrate: ${COUNT} small, round ${number} of ${rounds}: ${name} ${one.all.toFixed(2)} s`,
      );
      taken.get(name)?.push(one);
    }
  }
  const of = (name: string, what: keyof Round): readonly number[] =>
    (taken.get(name) ?? []).map((one) => one[what]);
  return (['all', 'nothing'] as const).flatMap((what): readonly Figure[] => {
    const title = what === 'all' ? `${COUNT} small migrations` : 'nothing to do';
    const theirs = median(of('mongo', what));
    return [
      ofRounds(title, 's', of('paal', what), {
        beside: [{ name: 'migrate-mongo', value: theirs }],
      }),
      {
        what: `${title}, beside migrate-mongo`,
        value: median(of('paal', what)) / theirs,
        unit: '×',
      },
    ];
  });
}
