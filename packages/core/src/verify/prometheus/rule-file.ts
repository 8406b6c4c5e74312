import * as z from 'zod';
import { parseYaml, type YamlDocument } from '../../config/yaml.ts';
import { formatPosition, UserError } from '../../errors.ts';
import { promDuration } from './duration.ts';
import type { AlertRule } from './rule.ts';

/** Prometheus's default of `evaluation_interval`; milliseconds. */
const DEFAULT_INTERVAL = 60_000;

const duration = z.union([z.string(), z.number()]).transform((value, context) => {
  const milliseconds = promDuration(String(value));
  if (milliseconds !== undefined) return milliseconds;
  context.addIssue({ code: 'custom', message: `"${value}" is not a duration such as 5m` });
  return z.NEVER;
});

const expr = z.union([z.string().min(1), z.number().transform(String)]);

const rule = z
  .object({
    alert: z.string().min(1).optional(),
    record: z.string().min(1).optional(),
    expr,
    for: duration.optional(),
    keep_firing_for: duration.optional(),
    labels: z.record(z.string(), z.coerce.string()).nullish(),
  })
  .refine(({ alert, record }) => (alert === undefined) !== (record === undefined), {
    message: 'a rule has either alert or record',
  });

const groups = z.array(
  z.object({
    name: z.string().min(1),
    interval: duration.optional(),
    rules: z.array(rule).nullish(),
  }),
);

/** https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/#configuring-rules */
const ruleFile = z.object({ groups: groups.nullish() });

/** The same as an object of the Prometheus Operator. */
const ruleObject = z.object({ kind: z.literal('PrometheusRule'), spec: ruleFile });

/** The rules of a file. */
export interface RuleFile {
  readonly alerts: readonly AlertRule[];
  /** Names of the series that it records. */
  readonly recorded: readonly string[];
}

function readDocument(document: YamlDocument): RuleFile {
  const { value = {} } = document;
  const operator = ruleObject.safeParse(value).success;
  const { success, data, error } = (operator ? ruleObject : ruleFile).safeParse(value);
  if (!success) {
    const [issue] = error.issues;
    const position = document.position(issue?.path ?? []);
    const place = issue && issue.path.length > 0 ? ` ${issue.path.join('.')}:` : '';
    throw new UserError(
      `${formatPosition(position)}: no rule file of Prometheus:${place} ${issue?.message ?? ''}`,
      { position },
    );
  }
  const content = 'spec' in data ? data.spec : data;
  const root = operator ? ['spec', 'groups'] : ['groups'];
  const alerts: AlertRule[] = [];
  const recorded: string[] = [];
  for (const [group, { interval, rules }] of (content.groups ?? []).entries()) {
    for (const [index, written] of (rules ?? []).entries()) {
      const { alert, record, expr: expression, for: time = 0, labels } = written;
      if (record !== undefined) recorded.push(record);
      if (alert === undefined) continue;
      alerts.push({
        name: alert,
        labels: labels ?? {},
        expression,
        for: time,
        interval: interval ?? DEFAULT_INTERVAL,
        position: document.position([...root, group, 'rules', index, 'expr']),
      });
    }
  }
  return { alerts, recorded };
}

/**
 * The rules of `text`, a rule file of Prometheus, or objects of the Prometheus Operator.
 * @throws UserError with file, line and column
 */
export function readRuleFile(text: string, file: string): RuleFile {
  const documents = parseYaml(text, file, 'kubernetes').map(readDocument);
  return {
    alerts: documents.flatMap(({ alerts }) => alerts),
    recorded: documents.flatMap(({ recorded }) => recorded),
  };
}
