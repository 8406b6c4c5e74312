import { appendFileSync } from 'node:fs';

const wanted = process.env['INPUT_NODE-VERSION'] ?? '';
const { version } = process;

if (wanted !== '' && version.split('.')[0] !== `v${wanted}`) {
  console.log(
    `::error::This is a stand-in for actions/setup-node: Node ${version} is first on PATH, but the ` +
      `workflow wants ${wanted}.`,
  );
  process.exitCode = 1;
} else {
  console.log(`Node ${version} is on PATH`);
  appendFileSync(process.env.GITHUB_OUTPUT, `node-version=${version}\n`);
}
