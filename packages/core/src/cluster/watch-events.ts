import { ApiError } from './api-error.ts';
import type { ObjectMeta } from './object.ts';

/** A change that a watch tells. A bookmark carries nothing but how far the watch has come. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: { readonly metadata: ObjectMeta };
}

interface ErrorEvent {
  readonly type: 'ERROR';
  readonly object: { readonly code?: number; readonly message?: string };
}

async function* linesOf(chunks: AsyncIterable<string>): AsyncIterable<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
}

/**
 * The events of a watch, one JSON document a line, from the text of its answer as it comes.
 * @throws ApiError for the ERROR event that ends a watch, with the code of its status
 */
export async function* readEvents(chunks: AsyncIterable<string>): AsyncIterable<WatchEvent> {
  for await (const line of linesOf(chunks)) {
    let event: WatchEvent | ErrorEvent;
    try {
      event = JSON.parse(line) as WatchEvent | ErrorEvent;
    } catch (error) {
      throw new Error(`what came is no event of a watch: ${line.slice(0, 80)}`, { cause: error });
    }
    if (event.type === 'ERROR') {
      const { code = 500, message = 'the server reported an error' } = event.object;
      throw new ApiError(message, code, event.object, undefined);
    }
    yield event;
  }
}
