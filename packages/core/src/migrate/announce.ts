import { checkpointText } from './checks.ts';
import type { EngineIo } from './engine-io.ts';
import { type MigrationFiles, NAME_FORM } from './files.ts';
import type { HeldLease } from './lease/document.ts';
import type { Step } from './plan.ts';
import { applyingRecords } from './record.ts';
import { interrupted, pendingNames, running, type Standing } from './standing.ts';
import { plural } from './wording.ts';

type Log = Pick<EngineIo, 'info'>;

/** Says how many migrations there are, and which scripts are passed over. */
export function announceFiles({ migrations, others }: MigrationFiles, io: Log): void {
  io.info(plural(migrations.length));
  if (others.length > 0) {
    const names = others.map(({ name }) => name).join(', ');
    io.info(`Not named ${NAME_FORM}, and passed over unless the changelog has them: ${names}`);
  }
}

/** Lists what is applied, in that order, what is under way or was cut off, and what is pending. */
export function announceStatus(standing: Standing, held: HeldLease | undefined, io: Log): void {
  const applying = applyingRecords(standing);
  for (const { fileName, appliedAt } of standing.history) {
    const { run, sha = '' } = applying.get(fileName) ?? {};
    const parts = [appliedAt?.toISOString(), sha.slice(0, 7), run].filter(Boolean);
    io.info(`applied  ${[fileName, ...parts].join('  ')}`);
  }
  for (const { fileName, run, action } of running(standing)) {
    io.info(`${action === 'down' ? 'reverted' : 'applied'} now  ${fileName}  ${run}`);
  }
  for (const record of interrupted(standing)) {
    const checkpoint = checkpointText(record);
    io.info(
      `${record.begun === false ? 'may have begun' : 'interrupted'}  ${record.fileName}  ${record.run}${checkpoint ? `  checkpoint ${checkpoint}` : ''}`,
    );
  }
  for (const name of pendingNames(standing)) io.info(`pending  ${name}`);
  if (held && !held.released) {
    io.info(
      `The lease is held by ${held.run}${held.actor ? ` of ${held.actor}` : ''} on ${held.host || 'an unnamed host'}` +
        `${held.acquiredAt ? ` since ${held.acquiredAt.toISOString()}` : ''} (owner ${held.owner})`,
    );
  }
}

/** Lists what is going to be run. */
export function announceSteps(steps: readonly Step[], down: boolean, io: Log): void {
  if (steps.length === 0) io.info(down ? 'Nothing to revert' : 'Nothing to apply');
  for (const { name } of steps) io.info(`${down ? 'revert' : 'apply'}  ${name}`);
}
