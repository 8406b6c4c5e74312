import { pino, stdTimeFunctions } from 'pino';

/**
 * One JSON object a line on standard output, as log collectors want it.
 * @param {string} version
 * @returns {import('pino').Logger}
 */
export function createLog(version) {
  return pino({
    base: { service: 'paal-frontend', version },
    messageKey: 'message',
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
  });
}
