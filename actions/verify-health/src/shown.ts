import type { Measurement } from '@paal/core/verify/check';
import { formatNumber } from '@paal/core/verify/prometheus/limits';
import { cut } from '@paal/core/verify/text';

/** A word that is longer would make the table wider than the page: no browser breaks it. */
const LONGEST_WORD = 28;

/** `text` with long words, such as hashes, cut; below the table they are whole. */
export function brief(text: string): string {
  return text.replace(/\S+/g, (word) => cut(word, LONGEST_WORD));
}

/** A number in as many digits as one reads at a glance; the rows of its measurements have them all. */
export function shownValue(last: Pick<Measurement, 'value' | 'number'> | undefined): string {
  if (!last) return '-';
  const { value, number } = last;
  if (number === undefined || Number(value) !== number) return value;
  return formatNumber(number);
}
