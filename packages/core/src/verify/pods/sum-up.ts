import { countOf } from '../../workload/kinds/count.ts';
import { type Observation, worst } from '../check.ts';
import { oneLine } from '../text.ts';

/** What was found of one pod, or of one workload. */
export interface Finding {
  /** Name of the pod, or `kind/name` of the workload. */
  readonly subject: string;
  readonly observation: Observation;
}

const NAMED = 5;
const GROUPS = 3;
const DETAILS = 30;

const WORDS: Readonly<Record<Observation['outcome'], string>> = {
  succeeded: 'good',
  inconclusive: 'not known',
  error: 'cannot be asked',
  failed: 'bad',
};

/** The first of `items`, and how many more there are. */
function some(items: readonly string[], limit: number, separator: string): string {
  const more = items.length > limit ? [`${items.length - limit} more`] : [];
  return [...items.slice(0, limit), ...more].join(separator);
}

/** What is wrong, the pods of which the same is said together. */
function complaint(findings: readonly Finding[]): string {
  const groups = Map.groupBy(findings, ({ observation }) => observation.message);
  const texts = [...groups].map(([message, of]) => {
    const subjects = of.map(({ subject }) => subject);
    return `${some(subjects, NAMED, ', ')}: ${message}`;
  });
  return some(texts, GROUPS, '; ');
}

/**
 * What the findings come to: the worst of them decides. The `number` is how many are bad. Pure.
 * @param findings at least one
 * @param noun what each of them is about
 */
export function sumUp(findings: readonly Finding[], noun = 'new pod'): Observation {
  const outcome = worst(findings.map(({ observation }) => observation.outcome)) ?? 'inconclusive';
  const decisive = findings.filter(({ observation }) => observation.outcome === outcome);
  const [first] = decisive;
  const others = findings.filter((finding) => !decisive.includes(finding));
  const listed = [...decisive, ...others].map(
    ({ subject, observation }) =>
      `${subject}: ${WORDS[observation.outcome]}: ${oneLine(observation.message)}`,
  );
  const bad = findings.filter(({ observation }) => observation.outcome === 'failed').length;
  const shared = { outcome, details: some(listed, DETAILS, '\n').split('\n'), number: bad };
  if (outcome === 'succeeded') {
    const messages = new Set(findings.map(({ observation }) => observation.message));
    const said = messages.size === 1 ? `: ${[...messages].join('')}` : ' are good';
    const value = countOf(findings.length, noun);
    return { ...shared, retry: true, value, message: `${value}${said}` };
  }
  const all =
    findings.length === 1 ? '' : `${decisive.length} of ${countOf(findings.length, noun)}: `;
  const { hint, excerpt } = first?.observation ?? {};
  return {
    ...shared,
    retry: decisive.every(({ observation }) => observation.retry),
    value: `${decisive.length} of ${findings.length} ${WORDS[outcome]}`,
    message: `${all}${complaint(decisive)}`,
    ...(hint === undefined ? {} : { hint }),
    ...(excerpt === undefined ? {} : { excerpt }),
  };
}
