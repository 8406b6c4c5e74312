import type { Alert } from './alert.ts';

/** Noon, as servers of alerts tell it in tests. */
export const NOON = Date.parse('2026-03-01T12:00:00Z');

/** An alert that has fired for 30 s at {@link NOON}. */
export function alertOf(more: Partial<Alert> = {}): Alert {
  const name = more.name ?? 'HighErrorRate';
  return {
    name,
    labels: { alertname: name },
    fingerprint: name,
    startsAt: NOON - 30_000,
    state: 'firing',
    summary: undefined,
    runbook: undefined,
    silencedBy: [],
    inhibited: false,
    ...more,
  };
}
