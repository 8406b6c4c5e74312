import { formatDuration } from '../config/duration.ts';
import type { Evidence, Finding } from './finding.ts';
import { code, codeBlock, details, escapeText, paragraphs, table } from './markdown.ts';

/** One thing that happened, in milliseconds after the start. */
export interface TimelineEntry {
  readonly at: number;
  /** `kind/name`. */
  readonly subject: string;
  readonly text: string;
}

/** A stretch of time in which a subject was in one phase. */
export interface Phase {
  readonly subject: string;
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly outcome: 'good' | 'bad' | 'open';
}

/** How one workload ended. */
export interface WorkloadLine {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly images: readonly string[];
  readonly revision: string;
}

/** Everything that the summary of a rollout or a rollback shows. */
export interface RunSummary {
  /** Names the action and what it worked on. */
  readonly title: string;
  readonly outcome: 'good' | 'bad' | 'open';
  /** The verdict in one sentence. */
  readonly verdict: string;
  /** Further sentences, such as what was rolled back. */
  readonly notes: readonly string[];
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly workloads: readonly WorkloadLine[];
  readonly findings: readonly Finding[];
  readonly phases: readonly Phase[];
  /** The same for each pod. */
  readonly podPhases: readonly Phase[];
  readonly timeline: readonly TimelineEntry[];
}

const MARK = { good: '✅', bad: '❌', open: '⚠️' } as const;

function renderEvidence({ title, lines }: Evidence): string {
  const body = codeBlock(lines);
  return lines.length <= 10 ? `${escapeText(title)}\n\n${body}` : details(title, body);
}

function renderFinding(finding: Finding, index: number): string {
  const place = [finding.pod, finding.container].filter(Boolean).join(' / ');
  const more = finding.alsoIn?.length ?? 0;
  const others = more === 0 ? '' : ` and ${more} more pod${more === 1 ? '' : 's'}`;
  const head = `**${code(finding.reason)}** ${escapeText(finding.message)}`;
  const hint = finding.hint ? `💡 ${escapeText(finding.hint)}` : undefined;
  const evidence = (finding.evidence ?? []).map(renderEvidence);
  const body = paragraphs(
    head,
    place ? `In ${code(place)}${others}` : undefined,
    hint,
    ...evidence,
  );
  return index === 0 ? body : details(`${finding.reason}: ${finding.message}`, body);
}

/** Names in Mermaid must not hold its own syntax. */
function plain(text: string): string {
  return text.replace(/[^\w./-]+/g, ' ').trim();
}

/** Pixels that Mermaid's font takes for a character at most, and for the least that it leaves. */
const PER_CHARACTER = 7;
const LEAST_PADDING = 75;

/** A Gantt chart of the phases, one section a workload. */
export function renderGantt(phases: readonly Phase[]): string | undefined {
  if (phases.length === 0) return undefined;
  const subjects = new Set(phases.map((phase) => phase.subject));
  const longest = Math.max(...[...subjects].map((subject) => subject.length));
  // Without room for them, Mermaid writes long names over the bars.
  const leftPadding = Math.max(LEAST_PADDING, PER_CHARACTER * (longest + 2));
  const lines = [
    '---',
    // What does not overlap stands in one row.
    'displayMode: compact',
    'config:',
    '  gantt:',
    `    leftPadding: ${leftPadding}`,
    '---',
    'gantt',
    '  dateFormat x',
    '  axisFormat %M:%S',
  ];
  for (const subject of subjects) {
    lines.push(`  section ${plain(subject)}`);
    for (const phase of phases.filter((one) => one.subject === subject)) {
      const style = phase.outcome === 'bad' ? 'crit, ' : phase.outcome === 'good' ? 'done, ' : '';
      const to = Math.max(phase.to, phase.from + 1);
      lines.push(`  ${plain(phase.label)} :${style}${Math.round(phase.from)}, ${Math.round(to)}`);
    }
  }
  return codeBlock(lines, 'mermaid');
}

function renderPods(phases: readonly Phase[]): string | undefined {
  const chart = renderGantt(phases);
  const count = new Set(phases.map(({ subject }) => subject)).size;
  return chart && details(`Pods (${count})`, chart);
}

function renderTimeline(entries: readonly TimelineEntry[]): string | undefined {
  if (entries.length === 0) return undefined;
  const rows = entries.map(({ at, subject, text }) => [
    formatDuration(at),
    code(subject),
    escapeText(text),
  ]);
  return details(`Timeline (${entries.length} entries)`, table(['after', 'what', ''], rows));
}

/** The summary as GitHub-flavoured Markdown: the verdict first, then why, then everything else. */
export function renderRunSummary(run: RunSummary): string {
  const facts = run.facts
    .filter(([, value]) => value !== '')
    .map(([label, value]) => `${escapeText(label)} ${code(value)}`)
    .join(' · ');
  const workloads = run.workloads.map(({ name, status, message, images, revision }) => [
    code(name),
    escapeText(status),
    escapeText(message),
    images.map(code).join('<br>'),
    escapeText(revision),
  ]);
  const [cause, ...others] = run.findings.map(renderFinding);
  return `${paragraphs(
    `## ${MARK[run.outcome]} ${escapeText(run.title)}`,
    `**${escapeText(run.verdict)}**`,
    ...run.notes.map(escapeText),
    facts,
    cause ? `### Cause\n\n${cause}` : undefined,
    workloads.length > 0
      ? table(['workload', 'status', '', 'images', 'revision'], workloads)
      : undefined,
    renderGantt(run.phases),
    renderPods(run.podPhases),
    others.length > 0 ? `### Also seen\n\n${others.join('\n\n')}` : undefined,
    renderTimeline(run.timeline),
  )}\n`;
}
