import type { SyntaxNode } from '@lezer/common';
import { promDuration } from './duration.ts';
import {
  binary,
  childrenOf,
  nodesNamed,
  numberOf,
  type PromQl,
  readPromQl,
  textOf,
  withoutParentheses,
} from './promql.ts';
import { ratioOf } from './ratio.ts';

/** Milliseconds of the first duration that is written directly below `node`; 0 for none. */
function durationBelow(query: PromQl, node: SyntaxNode, name: string): number {
  const literal = childrenOf(node).find((child) => child.name === name);
  return (literal && promDuration(textOf(query, literal))) || 0;
}

function reachBelow(query: PromQl, node: SyntaxNode): number {
  const inner = Math.max(0, ...childrenOf(node).map((child) => reachBelow(query, child)));
  switch (node.name) {
    case 'MatrixSelector':
    case 'SubqueryExpr':
      return inner + durationBelow(query, node, 'DurationExpr');
    case 'OffsetExpr':
      return inner + durationBelow(query, node, 'OffsetDurationExpr');
    default:
      return inner;
  }
}

/**
 * Milliseconds of the past that `text` looks at: its largest range, of subqueries and offsets together with
 * what is in them; 0 where it looks at the present alone.
 */
export function reachOf(text: string): number {
  const query = readPromQl(text);
  return query ? reachBelow(query, query.root) : 0;
}

/**
 * What a share, such as of errors, is compared with in `text`, where that is a ratio above a number;
 * `undefined` where there is none. Of several, joined by `and` or `or`, the first.
 */
export function shareThreshold(text: string): number | undefined {
  const query = readPromQl(text);
  if (!query) return undefined;
  for (const node of nodesNamed(query.root, 'BinaryExpr')) {
    const parts = binary(node);
    if (!parts) continue;
    const [above, below] = /^G(?:tr|te)$/.test(parts.operator)
      ? [parts.left, parts.right]
      : /^L(?:ss|te)$/.test(parts.operator)
        ? [parts.right, parts.left]
        : [];
    const limit = below && numberOf(query, below);
    if (!above || limit === undefined) continue;
    const share = withoutParentheses(above);
    if (!ratioOf(textOf(query, share))) continue;
    const percent = binary(share);
    const factors = percent
      ? [percent.left, percent.right].map((side) => numberOf(query, side))
      : [];
    const inPercent = percent?.operator === 'Mul' && factors.includes(100);
    return inPercent ? limit / 100 : limit;
  }
  return undefined;
}
