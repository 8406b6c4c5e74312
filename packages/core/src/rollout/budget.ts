import { parseDuration } from '../config/duration.ts';
import { didYouMean } from '../config/names.ts';
import { UserError } from '../errors.ts';
import type { FindingClass } from '../report/finding.ts';

/** How much evidence of a reason makes a failure. */
export type Budget =
  /** It has lasted for so many milliseconds. */
  | { readonly kind: 'grace'; readonly milliseconds: number }
  /** So many attempts of one container have ended with it. */
  | { readonly kind: 'attempts'; readonly count: number }
  /** It explains a rollout that gets nowhere, and fails none by itself. */
  | { readonly kind: 'never' };

function grace(seconds: number): Budget {
  return { kind: 'grace', milliseconds: seconds * 1_000 };
}

function attempts(count: number): Budget {
  return { kind: 'attempts', count };
}

const NEVER: Budget = { kind: 'never' };

interface Reason {
  readonly class: FindingClass;
  readonly budget: Budget;
}

/**
 * Every reason that is read from pods, how much it weighs, and its budget unless the user says
 * otherwise. Measured on a real cluster: a container that crashes at start exits after 0.6, 1.6, 13.6
 * and 37.7 s; an image that is missing is pulled after 0.8, 27.8 and 56.8 s.
 */
export const REASONS = {
  InvalidImageName: { class: 'permanent', budget: grace(0) },
  ErrImageNeverPull: { class: 'permanent', budget: grace(0) },
  ImageNotFound: { class: 'permanent', budget: grace(5) },
  ImagePullDenied: { class: 'permanent', budget: grace(5) },
  ImagePullFailed: { class: 'transient', budget: grace(90) },
  SecretNotFound: { class: 'probable', budget: grace(15) },
  SecretKeyNotFound: { class: 'probable', budget: grace(15) },
  ConfigMapNotFound: { class: 'probable', budget: grace(15) },
  ConfigMapKeyNotFound: { class: 'probable', budget: grace(15) },
  ContainerConfigError: { class: 'probable', budget: grace(15) },
  FailedCreate: { class: 'probable', budget: grace(15) },
  CrashLoop: { class: 'probable', budget: attempts(3) },
  OOMKilled: { class: 'probable', budget: attempts(2) },
  ContainerCannotRun: { class: 'probable', budget: attempts(2) },
  LivenessProbeFailed: { class: 'probable', budget: attempts(2) },
  StartupProbeFailed: { class: 'probable', budget: attempts(2) },
  VolumeMountFailed: { class: 'slow', budget: grace(120) },
  Unschedulable: { class: 'slow', budget: grace(60) },
  ProbeFailed: { class: 'slow', budget: NEVER },
  NotReady: { class: 'slow', budget: NEVER },
  PodDisrupted: { class: 'infrastructure', budget: NEVER },
} as const satisfies Readonly<Record<string, Reason>>;

export type ReasonName = keyof typeof REASONS;

/** The budget of every reason. */
export type Budgets = Readonly<Record<ReasonName, Budget>>;

const NAMES = Object.keys(REASONS) as readonly ReasonName[];

export const DEFAULT_BUDGETS = Object.fromEntries(
  NAMES.map((name) => [name, REASONS[name].budget]),
) as Budgets;

/** When a reason that has been there since `since` is enough; `undefined` when time alone never is. */
export function failsAt(
  budget: Budget,
  seen: { readonly since: number; readonly attempts?: number },
): number | undefined {
  switch (budget.kind) {
    case 'grace':
      return seen.since + budget.milliseconds;
    case 'attempts':
      return (seen.attempts ?? 0) >= budget.count ? seen.since : undefined;
    case 'never':
      return undefined;
  }
}

function parseBudget(name: ReasonName, text: string, where: string): Budget {
  if (text === 'never') return NEVER;
  if (REASONS[name].budget.kind === 'attempts') {
    if (/^[1-9]\d{0,3}$/.test(text)) return attempts(Number(text));
    throw new UserError(
      `${where}: "${name}=${text}": ${name} is counted in exits of a container. Write a number, such as ${name}=5, or never.`,
    );
  }
  return { kind: 'grace', milliseconds: parseDuration(text, `${where}: ${name}`) };
}

/**
 * The budgets with the user's changes: `ImageNotFound=90s`, `CrashLoop=5`, `Unschedulable=never`.
 * @param where where they stand, for the error: `The input "budgets"`
 * @throws UserError for an unknown reason or a malformed budget
 */
export function withBudgets(
  budgets: Budgets,
  changes: Readonly<Record<string, string>>,
  where: string,
): Budgets {
  const changed = Object.entries(changes).map(([name, text]) => {
    const reason = NAMES.find((one) => one === name);
    if (reason) return [reason, parseBudget(reason, text, where)] as const;
    throw new UserError(
      `${where}: "${name}" is not a reason that has a budget.${didYouMean(name, [...NAMES])} ` +
        `There are: ${NAMES.join(', ')}.`,
    );
  });
  return { ...budgets, ...Object.fromEntries(changed) };
}
