import type { Observation } from '../check.ts';
import { bad } from './expectation.ts';

const DAY = 24 * 60 * 60 * 1_000;
/** A certificate that ends sooner is worth a word to who did not ask. */
const SOON = 14;

/** The certificate that one server showed. */
export interface SeenCertificate {
  readonly host: string;
  /** Milliseconds since 1970; `undefined` where none was seen. */
  readonly ends: number | undefined;
}

function describe({ host, ends = 0 }: SeenCertificate, now: number): string {
  const days = Math.floor((ends - now) / DAY);
  const date = new Date(ends).toISOString().slice(0, 10);
  return `the TLS certificate of ${host} ends in ${days} ${days === 1 ? 'day' : 'days'} (${date})`;
}

/**
 * What certificates mean; pure.
 * @param days for which they must still be valid; `undefined`: whatever ends soon is only told
 * @param now milliseconds since 1970, by the clock that TLS itself goes by
 */
export function judgeCertificates(
  seen: readonly SeenCertificate[],
  days: number | undefined,
  now: number,
): { readonly trouble?: Observation; readonly warnings: readonly string[] } {
  const within = (limit: number) =>
    seen.filter(({ ends }) => ends !== undefined && ends - now < limit * DAY);
  if (days === undefined) {
    return { warnings: within(SOON).map((certificate) => describe(certificate, now)) };
  }
  const [short] = within(days);
  if (short) {
    const message = `${describe(short, now)}, expected ${days} days at least`;
    const hint = 'Renew it, and look why that did not happen by itself.';
    return { trouble: bad('certificate ends soon', message, hint), warnings: [] };
  }
  if (seen.some(({ ends }) => ends === undefined)) {
    const message = 'the TLS certificate could not be looked at';
    const hint = 'Is NODE_TLS_REJECT_UNAUTHORIZED set, so that certificates are not looked at?';
    const trouble: Observation = {
      outcome: 'inconclusive',
      retry: true,
      value: 'no certificate',
      message,
      hint,
    };
    return { trouble, warnings: [] };
  }
  return { warnings: [] };
}
