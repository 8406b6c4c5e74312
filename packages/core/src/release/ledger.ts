import { type AccessRule, hasCode } from '../cluster/api-error.ts';
import type { Connection, RequestOptions } from '../cluster/connection.ts';
import { errorMessage, UserError } from '../errors.ts';
import type { Completion } from './completion.ts';
import { releasesToPrune } from './history.ts';
import { openStore, readableContent } from './ledger-store.ts';
import type { Measured } from './measured.ts';
import {
  ledgerSelector,
  otherReleasesSelector,
  partOf,
  pruningOf,
  releaseOf,
  releaseSelector,
} from './metadata.ts';
import { type Release, type ReleaseContent, type ReleaseStatus, releaseName } from './release.ts';
import { sealing, storedCompletion, storedRelease } from './stored.ts';

/** What the ledger needs to be allowed to do; the built-in role `edit` grants it. */
export const LEDGER_ACCESS: readonly AccessRule[] = [
  'get',
  'list',
  'create',
  'patch',
  'delete',
].map((verb) => ({ group: '', resource: 'configmaps', verb }));

/** Who puts a release out. */
export type ReleaseOrigin = Pick<
  Release,
  'version' | 'run' | 'commit' | 'actor' | 'migrationVersion'
>;

/** A release and what it holds; `undefined` where that is not readable. */
export interface LedgerEntry {
  readonly release: Release;
  readonly content: ReleaseContent | undefined;
}

/** The releases of one app in one namespace. */
export interface Ledger {
  list(options?: RequestOptions): Promise<readonly Release[]>;
  /** @throws UserError when it is gone or not readable */
  content(release: Release, options?: RequestOptions): Promise<ReleaseContent>;
  /** All releases, with what they hold. */
  entries(options?: RequestOptions): Promise<readonly LedgerEntry[]>;
  /** The releases of the other apps of the namespace. */
  entriesOfOthers(): Promise<readonly LedgerEntry[]>;
  /** Adds a release under the next number; old ones that nobody needs are removed. */
  create(status: ReleaseStatus, content: ReleaseContent, origin: ReleaseOrigin): Promise<Release>;
  /** Adds what is known only now, says what became of the release, and seals it. */
  complete(release: Release, status: ReleaseStatus, completion: Completion): Promise<void>;
  /**
   * Says what became of a release, and which of its workloads were taken back since. It is sealed:
   * what it holds does not change any more. With what was measured of it, that is kept, too.
   */
  mark(
    release: Release,
    status: ReleaseStatus,
    takenBack?: readonly string[],
    measured?: Measured,
  ): Promise<void>;
  /** Says which workloads of earlier releases were deleted after a release. */
  markPruned(release: Release, workloads: readonly string[]): Promise<void>;
}

const MOST_ATTEMPTS = 5;

/**
 * Opens the ledger of `app`: one ConfigMap a release, whose labels say what became of it, and further
 * ones for the parts of what is too large for it. Its requests do not end with the run's cancellation,
 * because that has to be recorded too.
 * @param onNotice hears one sentence when something that is needed no more cannot be removed
 */
export function openLedger(
  connection: Connection,
  namespace: string,
  app: string,
  onNotice: (text: string) => void = () => {},
): Ledger {
  const store = openStore(connection, namespace);
  const nameOf = ({ number }: Pick<Release, 'number'>): string => releaseName(app, number);
  const listing = `list the releases of ${app} in namespace ${namespace}`;

  const entriesAt = async (
    selector: string,
    whose: string,
    options?: RequestOptions,
  ): Promise<readonly LedgerEntry[]> => {
    const purpose = `read the releases of ${whose} in namespace ${namespace}`;
    const heads = await store.readAll(selector, purpose, options);
    const entries = heads.map(async (head) => {
      const release = releaseOf(head.metadata);
      return release ? [{ release, content: await readableContent(store, head, options) }] : [];
    });
    return (await Promise.all(entries)).flat();
  };

  /** The releases there are, and the names of the parts of each number. */
  const lookAround = async () => {
    const all = await store.list(ledgerSelector(app), listing);
    const parts = Map.groupBy(
      all.filter((metadata) => partOf(metadata) !== undefined),
      partOf,
    );
    return {
      releases: all.flatMap((metadata) => releaseOf(metadata) ?? []),
      numbersInParts: [...parts.keys()].filter((number) => number !== undefined),
      partsOf: (number: number) => (parts.get(number) ?? []).map(({ name }) => name),
    };
  };

  /** What is needed no more is in nobody's way: the next release removes what stays now. */
  const removeAll = async (names: readonly string[], what: string): Promise<void> => {
    try {
      for (const name of names) await store.remove(name, `remove ${what} of ${app}`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      onNotice(`The ledger keeps ${what} of ${app} until the next release: ${errorMessage(error)}`);
    }
  };

  /** Writes the head last: before it, the parts are no release. `undefined` when the number is taken. */
  const tryCreate = async (
    release: Parameters<typeof storedRelease>[0],
    content: ReleaseContent,
  ): Promise<Release | undefined> => {
    const { head, parts } = storedRelease(release, content);
    const purpose = `record release ${release.number} of ${app}`;
    const written: string[] = [];
    try {
      for (const part of parts) {
        await store.create(part, purpose);
        written.push(part.metadata.name);
      }
      const created = releaseOf((await store.create(head, purpose)).metadata);
      if (!created) throw new Error('the created release cannot be read back');
      return created;
    } catch (error) {
      if (!hasCode(error, 409)) throw error;
      await removeAll(written, `parts of release ${release.number}`);
      return undefined;
    }
  };

  return {
    list: async (options) => {
      const all = await store.list(releaseSelector(app), listing, options);
      return all.flatMap((metadata) => releaseOf(metadata) ?? []);
    },
    content: async (release, options) => {
      const name = nameOf(release);
      const head = await store.read(name, options);
      if (!head) throw new UserError(`The ledger's entry configmap/${name} is gone.`);
      return await store.content(head, options);
    },
    entries: (options) => entriesAt(releaseSelector(app), app, options),
    entriesOfOthers: () => entriesAt(otherReleasesSelector(app), 'other apps'),
    create: async (status, content, origin) => {
      const { releases, numbersInParts, partsOf } = await lookAround();
      const numbers = new Set(releases.map(({ number }) => number));
      for (const orphaned of numbersInParts.filter((number) => !numbers.has(number))) {
        // A run has ended before it came to the head.
        await removeAll(partsOf(orphaned), `parts of release ${orphaned}`);
      }
      const newest = Math.max(0, ...numbers);
      // What PAAL found before its first write is release 0.
      const first = status === 'adopted' && releases.length === 0 ? 0 : newest + 1;
      for (let number = first; number < first + MOST_ATTEMPTS; number += 1) {
        const release = await tryCreate({ app, number, status, ...origin }, content);
        if (!release) continue;
        for (const old of releasesToPrune([...releases, release])) {
          await removeAll([nameOf(old), ...partsOf(old.number)], `release ${old.number}`);
        }
        return release;
      }
      throw new UserError(
        `The releases ${first} to ${first + MOST_ATTEMPTS - 1} of ${app} are there already, made by other runs just now. Nothing was changed. Run it again.`,
      );
    },
    complete: async (release, status, completion) => {
      const purpose = `complete release ${release.number} of ${app}`;
      const { change, parts } = storedCompletion(release, status, completion);
      for (const part of parts) await store.create(part, purpose);
      await store.change(nameOf(release), change, purpose);
    },
    mark: async (release, status, takenBack = release.takenBack, measured) => {
      const purpose = `mark release ${release.number} of ${app} as ${status}`;
      await store.change(nameOf(release), sealing(release, status, takenBack, measured), purpose);
    },
    markPruned: async (release, workloads) => {
      const purpose = `say what was pruned after release ${release.number} of ${app}`;
      await store.change(nameOf(release), { metadata: pruningOf(workloads) }, purpose);
    },
  };
}
