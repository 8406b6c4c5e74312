import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Marked, type Tokens } from 'marked';
import { repositoryRoot } from '../../scripts/repository.ts';

/** One run of the pipeline, as the page shows it. */
export interface PageSection {
  readonly title: string;
  /** Job summaries as Markdown, in the order in which they were written. */
  readonly summaries: readonly string[];
}

const modules = join(repositoryRoot, 'node_modules');
const MERMAID = 'mermaid.js';

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const markdown = new Marked({
  gfm: true,
  renderer: {
    // GitHub draws diagrams; other code stays code.
    code({ text, lang }: Tokens.Code): string | false {
      return lang === 'mermaid' ? `<pre class="mermaid">${escapeHtml(text)}</pre>\n` : false;
    },
  },
});

/** The page as HTML; it needs the style sheet inline and mermaid.js beside it. */
export async function renderPage(sections: readonly PageSection[], style: string): Promise<string> {
  const bodies = await Promise.all(
    sections.map(async ({ title, summaries }) => {
      const parts = await Promise.all(summaries.map((one) => markdown.parse(one)));
      const articles = parts.map((html) => `<article>${html}</article>`).join('\n');
      return `<section><h1>${escapeHtml(title)}</h1>\n${articles}</section>`;
    }),
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>PAAL: job summaries of the demo</title>
<style>
${style}
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
article { border: 1px solid #d1d9e0; border-radius: 6px; padding: 0 1.5rem 1rem; margin: 1rem 0; }
</style>
<body class="markdown-body">
${bodies.join('\n')}
<script src="${MERMAID}"></script>
<script>mermaid.initialize({ startOnLoad: true, securityLevel: 'strict' });</script>
</body>
</html>
`;
}

/** Writes the page to `directory`; gives the path of its HTML. */
export async function writePage(
  directory: string,
  sections: readonly PageSection[],
): Promise<string> {
  await mkdir(directory, { recursive: true });
  const style = await readFile(
    join(modules, 'github-markdown-css/github-markdown-light.css'),
    'utf8',
  );
  await copyFile(join(modules, '@mermaid-js/tiny/dist/mermaid.tiny.js'), join(directory, MERMAID));
  const file = join(directory, 'summaries.html');
  await writeFile(file, await renderPage(sections, style));
  return file;
}
