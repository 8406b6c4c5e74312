import type { SyntaxNode } from '@lezer/common';
import { childrenOf, nodesNamed, type PromQl, readPromQl, textOf } from './promql.ts';

function insertion(
  query: PromQl,
  selector: SyntaxNode,
  matchers: string,
): { readonly at: number; readonly text: string } {
  const list = childrenOf(selector).find(({ name }) => name === 'LabelMatchers');
  if (!list) return { at: selector.to, text: `{${matchers}}` };
  // What is in the braces may end in a comma, which PromQL allows once.
  const inside = textOf(query, list).slice(1, -1).trim();
  const separator = inside === '' || inside.endsWith(',') ? '' : ', ';
  return { at: list.to - 1, text: `${separator}${matchers}` };
}

/**
 * `query` with `labels` demanded of every selector in it, beside what each demands already; as it is
 * where it is no PromQL. Series that a recording rule makes must have these labels, too.
 */
export function withLabels(query: string, labels: Readonly<Record<string, string>>): string {
  const read = readPromQl(query);
  const matchers = Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(', ');
  if (!read || matchers === '') return query;
  return nodesNamed(read.root, 'VectorSelector')
    .map((selector) => insertion(read, selector, matchers))
    .sort((a, b) => b.at - a.at)
    .reduce((text, { at, text: added }) => text.slice(0, at) + added + text.slice(at), query);
}
