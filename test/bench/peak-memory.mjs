import { existsSync, readFileSync, writeFileSync } from 'node:fs';

// Loaded into the action's own process: what it took at most is known to the kernel only while it
// lives. VmHWM counts from the start of the program (proc(5)); maxRSS, which is all there is
// elsewhere, may also be that of the process which started it.
const { PAAL_BENCH_PEAK_FILE = '' } = process.env;
const STATUS = '/proc/self/status';

function peakKibibytes() {
  if (!existsSync(STATUS)) return String(process.resourceUsage().maxRSS);
  return /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(STATUS, 'utf8'))?.[1] ?? '';
}

process.on('exit', () => writeFileSync(PAAL_BENCH_PEAK_FILE, peakKibibytes()));
