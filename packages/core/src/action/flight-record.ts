import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { redact } from './secrets.ts';

/** A `.jsonl` file of everything that decisions saw, beside the report. */
export interface FlightRecord {
  readonly file: string;
  write(entry: object): void;
  close(): Promise<void>;
}

/** Opens the flight record of a step in its report's folder. */
export function openFlightRecord(directory: string): FlightRecord {
  const file = join(directory, 'flight.jsonl');
  const stream = createWriteStream(file, { mode: 0o600 });
  return {
    file,
    write: (entry) => {
      stream.write(`${redact(JSON.stringify(entry))}\n`);
    },
    close: async () => {
      stream.end();
      await finished(stream);
    },
  };
}
