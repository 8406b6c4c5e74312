import { UserError } from '../errors.ts';

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const FORM = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/;

/**
 * Milliseconds of a duration such as `30s`, `5m`, `1h`, `1m30s` or `500ms`; `0` is allowed.
 * @throws UserError that names `what`, the value received and the accepted form
 */
export function parseDuration(text: string, what: string): number {
  const value = text.trim();
  if (value === '0') return 0;
  if (!FORM.test(value)) {
    throw new UserError(
      `${what}: "${text}" is not a duration. Write a number and a unit: 30s, 5m, 1h, 1m30s.`,
    );
  }
  let total = 0;
  for (const [, amount, unit] of value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * UNITS[unit as keyof typeof UNITS];
  }
  return total;
}

/** `milliseconds` as a person would say it: `0.8 s`, `12 s`, `1 m 30 s`, `2 h 5 m`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1_000;
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} m` : `${minutes} m ${whole % 60} s`;
  const rest = Math.round(whole / 60) % 60;
  const hours = Math.floor(Math.round(whole / 60) / 60);
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} m`;
}
