import type { FindingClass } from '../report/finding.ts';
import { examineCrashes } from './symptoms/crash.ts';
import { examineImagePulls } from './symptoms/image-pull.ts';
import { examineConfig } from './symptoms/missing-config.ts';
import { examineCreation } from './symptoms/not-created.ts';
import { examineReadiness } from './symptoms/not-ready.ts';
import type { Examination, Patient, Symptom } from './symptoms/symptom.ts';

/** In the order in which they explain: a missing key explains the pod that is not ready. */
const EXAMINATIONS: readonly Examination[] = [
  examineConfig,
  examineImagePulls,
  examineCrashes,
  examineCreation,
];

const WEIGHT: Readonly<Record<FindingClass, number>> = {
  permanent: 0,
  probable: 1,
  transient: 2,
  slow: 3,
  infrastructure: 4,
};

/**
 * Everything that is wrong now, what explains most first: by class, then in the order of the
 * examinations. A pod that a symptom already explains is not named again for not being ready.
 */
export function diagnose(patient: Patient): readonly Symptom[] {
  const found = EXAMINATIONS.flatMap((examine) => examine(patient));
  const explained = new Set(found.map(({ finding }) => finding.pod));
  const others = examineReadiness(patient).filter(({ finding }) => !explained.has(finding.pod));
  return [...found, ...others].sort((a, b) => WEIGHT[a.finding.class] - WEIGHT[b.finding.class]);
}
