import { type KubeObject, objectName, type Resource } from '../../cluster/object.ts';
import type { Condition } from '../types.ts';
import { clause } from './clause.ts';
import type { Claim, KindRules, ObjectFailure, Progress } from './kind.ts';
import {
  conditionOf,
  conditionsOf,
  isLeaving,
  isObserved,
  NOT_OBSERVED,
  signatureOf,
  tellsGeneration,
} from './status.ts';

/** A condition as the API conventions have it: it may name the generation that it is about. */
interface GenerationCondition extends Condition {
  readonly observedGeneration?: number;
}

/** The conditions that say that it is ready, the one that decides first. */
const READY = ['Ready', 'Available', 'Established'] as const;

/** The conditions that say that it will not get any further (kstatus; kapp's wait rules). */
const FAILED = ['Stalled', 'Failed'] as const;

/** A name in CamelCase, as conditions have it by convention. */
const REASON = /^[A-Z][A-Za-z0-9]*$/;

/** The condition of a type, unless it says itself that it is about an earlier generation. */
function present(object: KubeObject, type: string): GenerationCondition | undefined {
  const condition: GenerationCondition | undefined = conditionOf(object, type);
  const { observedGeneration } = condition ?? {};
  const { generation = 0 } = object.metadata;
  return observedGeneration !== undefined && observedGeneration < generation
    ? undefined
    : condition;
}

function failureOf(object: KubeObject, condition: Condition): ObjectFailure {
  const { type, reason = '', message = '' } = condition;
  const why = [reason, clause(message)].filter(Boolean).join(': ');
  return {
    reason: REASON.test(reason) ? reason : type,
    class: 'permanent',
    message: `The ${objectName(object.kind, object.metadata.name)} says that it is ${type.toLowerCase()}${why ? ` (${why})` : ''}.`,
    hint: 'Look at its conditions, and at the log of its controller.',
  };
}

function textOf(declared: Condition | undefined, ready: Condition | undefined): string {
  if (!declared) return 'has no conditions that tell whether it is ready';
  if (!ready) return `${declared.type} is about an earlier generation`;
  const why = [ready.reason, clause(ready.message ?? '')].filter(Boolean).join(': ');
  if (ready.status === 'True') return ready.type;
  return `${ready.type} is ${ready.status}${why ? ` (${why})` : ''}`;
}

/** The condition that decides whether it is ready, whatever generation it is about. */
function declaredReadiness(object: KubeObject): Condition | undefined {
  return READY.map((type) => conditionOf(object, type)).find((one) => one !== undefined);
}

/**
 * Complete: Ready is True; where there is no Ready, Available; else Established (CRDs). The names
 * are matched exactly, `observedGeneration` counts where there is one, in the status or in the
 * condition, and Reconciling says that work goes on (kstatus generic.go).
 *
 * Stalled and Failed are failures, unless it is ready all the same; Ready=False is none, because
 * controllers recover. One that names no generation may be left from before our write: it is
 * a claim.
 *
 * Without such a condition nothing can be known. To wait would let every object fail whose kind has
 * none, which is most configuration; to fail would be a guess. So it counts as complete, unproven,
 * and says so: a kind that gets its conditions late is waited for in the moment that the caller
 * gives it.
 */
function progress(object: KubeObject, sure: boolean): Progress {
  const tells = tellsGeneration(object);
  const observed = !tells || isObserved(object);
  const declared = declaredReadiness(object);
  const ready = declared ? present(object, declared.type) : undefined;
  const isReady = ready?.status === 'True';
  const bad = isReady
    ? undefined
    : FAILED.map((type) => present(object, type)).find((one) => one?.status === 'True');
  const certain = tells || bad?.observedGeneration !== undefined;
  const failure = bad && observed && certain ? failureOf(object, bad) : undefined;
  const claim: Claim | undefined =
    bad && !certain ? { failure: failureOf(object, bad), signature: signatureOf(bad) } : undefined;
  const complete =
    observed &&
    !bad &&
    !isLeaving(object) &&
    present(object, 'Reconciling')?.status !== 'True' &&
    (isReady || (declared === undefined && !sure));
  const proven = sure || tells || ready?.observedGeneration !== undefined;
  return {
    observed,
    complete,
    ...(complete && !proven ? { unproven: true as const } : {}),
    text: observed ? textOf(declared, ready) : NOT_OBSERVED,
    advance: observed
      ? [conditionsOf(object).filter(({ status }) => status === 'True').length]
      : [],
    ...(failure ? { failure } : {}),
    ...(claim ? { claim } : {}),
    ...(complete && !declared
      ? { remark: 'It has no conditions that tell whether it is ready.' }
      : {}),
  };
}

function rules(resource: Resource, sure: boolean): KindRules {
  return {
    resource,
    related: [],
    helpful: [],
    relate: () => ({ pods: [], newPods: [], owned: [], dependsOn: [] }),
    progress: (object) => progress(object, sure),
    relatedLabels: () => undefined,
    template: () => undefined,
    // What has said that it is ready may say otherwise; what a CRD or an APIService is, it stays.
    keepsRunning: (object) => !sure && declaredReadiness(object) !== undefined,
  };
}

/** Any other kind, by its conditions where it has some. */
export function customRules(resource: Resource): KindRules {
  return rules(resource, false);
}

/**
 * A CustomResourceDefinition (Established) or an APIService (Available): the API server gives every
 * one its condition, so that it is waited for until it is there.
 */
export function apiExtensionRules(resource: Resource): KindRules {
  return rules(resource, true);
}
