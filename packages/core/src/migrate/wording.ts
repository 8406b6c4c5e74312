import { formatDuration } from '../config/duration.ts';

/** `1 migration`, `3 migrations` */
export function plural(count: number): string {
  return count === 1 ? '1 migration' : `${count} migrations`;
}

/** `6 ms`, `1.2 s`, `3 m` */
export function took(milliseconds: number): string {
  return milliseconds < 100 ? `${Math.round(milliseconds)} ms` : formatDuration(milliseconds);
}
