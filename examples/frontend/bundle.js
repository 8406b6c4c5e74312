import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** @param {string} entry */
async function bundle(entry) {
  const { outputFiles } = await build({
    entryPoints: [`${folder}browser/${entry}`],
    bundle: true,
    minify: true,
    target: 'es2022',
    write: false,
  });
  return outputFiles[0].text.trim();
}

// One file: while a rollout runs, a page and its parts could come from two versions otherwise.
const [style, script] = await Promise.all([bundle('style.css'), bundle('main.js')]);
const page = await readFile(`${folder}browser/index.html`, 'utf8');
await mkdir(`${folder}build`, { recursive: true });
await writeFile(
  `${folder}build/index.html`,
  page
    .replace('<link rel="stylesheet" href="style.css">', () => `<style>${style}</style>`)
    .replace('<script type="module" src="main.js"></script>', () => {
      return `<script type="module">${script.replaceAll('</script', '<\\/script')}</script>`;
    }),
);
