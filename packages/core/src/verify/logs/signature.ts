import { jsonMessage } from './json-line.ts';
import { withoutColours } from './severity.ts';

/** Characters of a line by which it is told from others. */
const LONGEST = 2_000;
const LONGEST_SIGNATURE = 200;

/**
 * What differs from one occurrence of an error to the next, in the order in which it is taken out. Every
 * repetition is bounded, so that no line takes long.
 */
const VARYING: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [
    /\b\d{4}[-/]\d\d?[-/]\d\d?(?:[T ]\d\d?:\d\d(?::\d\d)?(?:[.,]\d{1,9})?)?(?:Z\b| ?[+-]\d\d:?\d\d\b)?/g,
    '<time>',
  ],
  [/\b\d\d?:\d\d:\d\d(?:[.,]\d{1,9})?\b/g, '<time>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d{1,5})?\b/g, '<ip>'],
  [/\[?(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}(?![\w:])\]?(?::\d{1,5}\b)?/gi, '<ip>'],
  [/(?<![\w"])"(?:[^"\\]|\\.){0,500}"(?!\w)/g, '<text>'],
  [/(?<![\w'])'[^']{0,300}'(?!\w)/g, '<text>'],
  [/(?<![\w`])`[^`]{0,300}`(?!\w)/g, '<text>'],
  [/\b0x[0-9a-f]{1,64}\b/gi, '<id>'],
  [/\b(?=[0-9a-f]{0,64}\d)(?=\d{0,64}[a-f])[0-9a-f]{8,64}\b/gi, '<id>'],
  [/\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}/g, '<mail>'],
  [/\?[\w%.~+=&;:@/-]{1,500}/g, '?<query>'],
  // What Kubernetes puts after the name of what made a pod.
  [/-(?=[a-z]{0,9}\d)[a-z\d]{5,10}(?=-[a-z\d]{5}\b)/g, '-<id>'],
  [/(?<=-<id>)-[a-z\d]{5}\b/g, '-<id>'],
  [/\b(?=[A-Za-z_]{0,40}\d)(?=\d{0,40}[A-Za-z_])\w{16,80}\b/g, '<id>'],
  [/\d{1,40}(?:[.,:]\d{1,40}){0,8}/g, '<n>'],
  [/(?<=\/)<n>(?=[\s/?]|$)/g, '<id>'],
  [/\s{1,500}/g, ' '],
];

/** `line` without what differs from one occurrence of the same error to the next. Pure. */
export function signatureOf(line: string): string {
  let text = withoutColours(line).trim();
  text = (jsonMessage(text) ?? text).slice(0, LONGEST);
  for (const [pattern, instead] of VARYING) text = text.replace(pattern, instead);
  return text.trim().slice(0, LONGEST_SIGNATURE);
}
