import {
  SarifBuilder,
  SarifResultBuilder,
  SarifRuleBuilder,
  SarifRunBuilder,
} from 'node-sarif-builder';
import { LINT_RULES, type LintRule } from '../../config/lint-rules.ts';
import type { LintFinding } from './finding.ts';
import { RULES } from './rules/registry.ts';

const HOME = 'https://github.com/paal/migrate';
const LEVELS = { error: 'error', warning: 'warning', info: 'note' } as const;

function isRule(name: string): name is LintRule {
  return (LINT_RULES as readonly string[]).includes(name);
}

/** `findings` as SARIF 2.1.0, which GitHub's code scanning takes. */
export function sarifOf(findings: readonly LintFinding[]): string {
  const run = new SarifRunBuilder().initSimple({
    toolDriverName: 'paal/migrate',
    toolDriverVersion: '1.0.0',
    url: HOME,
  });
  for (const name of new Set(findings.map(({ rule }) => rule))) {
    run.addRule(
      new SarifRuleBuilder().initSimple({
        ruleId: name,
        shortDescriptionText: isRule(name) ? RULES[name].finds : 'A migration that cannot run.',
        helpUri: HOME,
      }),
    );
  }
  for (const { rule, severity, message, position } of findings) {
    const result = new SarifResultBuilder();
    result.setLevel(LEVELS[severity]);
    result.setMessageText(message);
    result.setRuleId(rule);
    result.setLocationArtifactUri({ uri: position.file });
    result.setLocationRegion({ startLine: position.line, startColumn: position.column });
    run.addResult(result);
  }
  const sarif = new SarifBuilder();
  sarif.addRun(run);
  return sarif.buildSarifJsonString({ indent: true });
}
