import { UserError } from '../../errors.ts';
import { type Leg, legs, type Place } from './range.ts';

/** A document as a server gives it. */
export type Found = Readonly<Record<string, unknown>>;

/** What to walk. */
export interface Walk<T extends Found> {
  /** The field by which it goes. */
  readonly key: string;
  readonly size: number;
  /** The place behind which it begins; `undefined` at the first document. */
  readonly after: Place | undefined;
  /** The last place; `undefined` where there is no bound. */
  readonly until: Place | undefined;
  /** What the condition finds, in the order of the key. */
  readonly read: (condition: Leg['condition']) => AsyncIterable<T>;
  /** Whether what is left of a query that broke may be asked for anew. */
  readonly goesOn: (error: unknown) => boolean;
}

/** Documents that follow each other, and the place of the last of them. */
export interface Piece<T> {
  readonly documents: readonly T[];
  readonly place: Place;
}

/** The server's answers to a type that it does not know: BadValue and NotImplemented. */
const REFUSED: ReadonlySet<unknown> = new Set([2, 238]);

/** The value of a field, which may lie deeper: `a.b`. */
export function valueAt(document: Found, key: string): unknown {
  return key.split('.').reduce<unknown>((value, name) => (value as Found | null)?.[name], document);
}

function placeOf(document: Found, key: string): Place {
  const value = valueAt(document, key);
  if (key !== '_id' && (value === undefined || value === null || Array.isArray(value))) {
    throw new UserError(
      `ctx.batches goes by "${key}", but the document with _id ${String(document._id)} has ` +
        `${Array.isArray(value) ? 'an array' : 'no value'} there. Leave orderBy out, so that it goes by _id.`,
    );
  }
  return { value };
}

async function* readLeg<T extends Found>(leg: Leg, { read }: Walk<T>): AsyncGenerator<T> {
  try {
    yield* read(leg.condition);
  } catch (error) {
    const { code } = (error ?? {}) as { readonly code?: unknown };
    if (!leg.mayBeRefused || !REFUSED.has(code)) throw error;
  }
}

async function* readFrom<T extends Found>(
  walk: Walk<T>,
  place: Place | undefined,
): AsyncGenerator<Piece<T>> {
  let documents: T[] = [];
  const piece = (): Piece<T> => {
    const full = documents;
    documents = [];
    return { documents: full, place: placeOf(full.at(-1) ?? {}, walk.key) };
  };
  for (const leg of legs(walk.key, place, walk.until)) {
    for await (const document of readLeg(leg, walk)) {
      placeOf(document, walk.key);
      documents.push(document);
      if (documents.length === walk.size) yield piece();
    }
  }
  if (documents.length > 0) yield piece();
}

/**
 * Walks in pieces of `size`. Each query is read as far as it goes, and a new one begins behind the
 * last piece when it breaks: when the server has forgotten the cursor, or another one is primary.
 * @throws what a query answers that gave nothing, or that must not be asked for anew
 */
export async function* walkPieces<T extends Found>(walk: Walk<T>): AsyncGenerator<Piece<T>> {
  let place = walk.after;
  for (;;) {
    const begin = place;
    try {
      for await (const piece of readFrom(walk, begin)) {
        place = piece.place;
        yield piece;
      }
      return;
    } catch (error) {
      if (place === begin || error instanceof UserError || !walk.goesOn(error)) throw error;
    }
  }
}
