import { constants } from 'node:os';
import { formatDuration } from '../../config/duration.ts';
import type { Observation } from '../check.ts';
import { oneLine } from '../text.ts';
import type { CommandEnd } from './run-command.ts';

/** What of a command decides what its end means. */
export interface SmokePolicy {
  readonly script: string;
  /** Milliseconds until it is stopped. */
  readonly timeout: number;
  /** Whether a later run may come to something else. */
  readonly again: boolean;
}

/** Exit codes of k6: https://pkg.go.dev/go.k6.io/k6/errext/exitcodes */
const K6: Readonly<Record<number, string>> = {
  97: 'the test run in the cloud failed',
  98: 'the progress of the test run in the cloud is not known',
  99: 'thresholds have failed',
  100: 'setup took too long',
  101: 'teardown took too long',
  102: 'it took too long',
  103: 'its engine failed, or the script was stopped through the REST API',
  104: 'its configuration is not valid',
  105: 'it was aborted from outside',
  106: 'its REST API cannot be started',
  107: 'the script has thrown an exception',
  108: 'the script has aborted the test',
  109: 'k6 has crashed',
  110: 'the script has marked the test as failed',
};
/** Those that speak about what is tested. */
const K6_FAILED = [99, 110];

/** `k6 run`, `k6 cloud`, also of an image such as grafana/k6:1.0. */
const IS_K6 = /(?:^|[\s;&|(/])k6(?::[\w.-]{1,60})?\s+(?:run|cloud)\b/m;

/** Signals that come from outside, by which bash ends with 128 and their number. */
const OUTSIDE = ['SIGHUP', 'SIGINT', 'SIGKILL', 'SIGTERM'] as const;

const EXCERPT = 8_000;

function excerpt(lines: readonly string[]): Pick<Observation, 'excerpt'> {
  const text = lines.join('\n').trim();
  return text === '' ? {} : { excerpt: text.slice(-EXCERPT) };
}

function lastWords(lines: readonly string[]): string {
  const last = lines.findLast((line) => line.trim() !== '');
  return last === undefined ? ', and printed nothing' : `; its last line: ${oneLine(last)}`;
}

function bad(
  outcome: 'failed' | 'error',
  retry: boolean,
  value: string,
  said: string,
  hint: string,
  { lines }: CommandEnd,
): Observation {
  const message = `${said}${lastWords(lines)}`;
  return { outcome, retry, value, message, hint, ...excerpt(lines) };
}

function killedBy({ code, signal }: CommandEnd): NodeJS.Signals | undefined {
  if (signal) return signal;
  return OUTSIDE.find((name) => code === 128 + constants.signals[name]);
}

/** What the end of a smoke test means: it speaks about the application, or about itself. Pure. */
export function judgeEnd(end: CommandEnd, { script, timeout, again }: SmokePolicy): Observation {
  const { code } = end;
  if (end.late) {
    const time = formatDuration(timeout);
    const said = `the command did not end within ${time}, and was stopped`;
    return bad('failed', again, `over ${time}`, said, 'Is "timeout" long enough for it?', end);
  }
  const signal = killedBy(end);
  if (signal) {
    const said = `the command was ended by ${signal} from outside`;
    return bad('error', true, signal, said, 'Has the runner enough memory for it?', end);
  }
  const value = `exit code ${code}`;
  if (code === 0)
    return { outcome: 'succeeded', retry: true, value, message: 'the command ended well' };
  if (code === 127 || code === 126) {
    const why = code === 127 ? 'was not found' : 'cannot be executed';
    const hint = 'Install it in a step before, or correct its name or its permissions.';
    return bad('error', false, value, `a command ${why} (exit code ${code})`, hint, end);
  }
  if (IS_K6.test(script) && code !== undefined) {
    const name = K6[code];
    const said = `k6 ended with ${code}${name ? `: ${name}` : ''}`;
    if (K6_FAILED.includes(code)) {
      return bad('failed', again, value, said, 'Look at the thresholds in its output.', end);
    }
    const hint = 'It says nothing about the application: look at its output, and at the script.';
    return bad('error', again, value, said, hint, end);
  }
  const hint = 'Look at what it printed, and run it against the same address.';
  return bad('failed', again, value, `the command ended with ${code}`, hint, end);
}
