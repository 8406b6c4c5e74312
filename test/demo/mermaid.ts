import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createContext, runInContext } from 'node:vm';

interface Mermaid {
  parse(text: string): Promise<{ readonly diagramType: string }>;
}

/**
 * Mermaid itself, to parse diagrams as GitHub does, without a browser. It cleans texts by DOMPurify, which
 * refuses to begin without a document: what stands for one here is never asked for anything, because
 * DOMPurify looks only at texts with a `<`.
 */
export async function loadMermaid(): Promise<Mermaid> {
  const file = createRequire(import.meta.url).resolve('@mermaid-js/tiny');
  class Part {}
  const document = {
    nodeType: 9,
    implementation: { createHTMLDocument: () => ({}) },
    addEventListener: () => undefined,
    createElement: () => ({ content: {} }),
  };
  const page: Record<string, unknown> = {
    ...{ console, setTimeout, clearTimeout, structuredClone, queueMicrotask, document },
    ...{ Element: Part, Node: Part, NamedNodeMap: Part, DOMParser: Part, NodeFilter: {} },
    ...{ HTMLTemplateElement: Part, HTMLFormElement: Part, DocumentFragment: Part },
    addEventListener: () => undefined,
  };
  page.window = page;
  runInContext(await readFile(file, 'utf8'), createContext(page));
  return page.mermaid as Mermaid;
}

/** The diagrams of a text in Markdown. */
export function diagramsOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^```mermaid\n([\s\S]*?)\n```$/gm)].map(([, text = '']) => text);
}
