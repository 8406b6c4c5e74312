import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isAtLeast } from './level.ts';
import { severityOf } from './severity.ts';

describe('a line of a log is an error or worse', () => {
  test.each([
    ['pino', '{"level":50,"time":1700000000000,"pid":1,"hostname":"web","msg":"cannot connect"}'],
    ['bunyan', '{"name":"shop","hostname":"h","pid":1,"level":60,"msg":"gone","v":0}'],
    ['a number as text', '{"level":"50","msg":"x"}'],
    ['zap', '{"level":"error","ts":1700000000.1,"caller":"a.go:1","msg":"failed"}'],
    ['Google Cloud', '{"severity":"ERROR","message":"failed"}'],
    ['ECS', '{"@timestamp":"2024-01-02T03:04:05Z","log.level":"error","message":"failed"}'],
    ['ECS, nested', '{"log":{"level":"error"},"message":"failed"}'],
    ['monolog', '{"message":"failed","level":400,"level_name":"ERROR"}'],
    ['GELF', '{"version":"1.1","host":"h","short_message":"failed","level":3}'],
    ['MongoDB', '{"t":{"$date":"2024-01-02"},"s":"E","c":"NETWORK","id":1,"ctx":"x","msg":"m"}'],
    ['JSON without a level', '{"message":"ERROR: cannot connect"}'],
    ['logfmt', 'time="2024-01-02T03:04:05Z" level=error msg="failed"'],
    ['Prometheus', 'ts=2024-01-02T03:04:05Z caller=main.go:1 level=error err="no such file"'],
    ['klog', 'E0102 03:04:05.123456       1 reflector.go:138] failed to list *v1.Pod'],
    ['klog, fatal', 'F0102 03:04:05.123456       1 main.go:12] cannot start'],
    ['Spring Boot', '2024-01-02T03:04:05.123Z ERROR 1 --- [nio-8080-exec-1] c.a.Shop : failed'],
    ['logback', '03:04:05.123 [main] ERROR com.acme.Shop - failed'],
    ['log4j', '2024-01-02 03:04:05,123 ERROR [pool-1-thread-2] com.acme.Shop - failed'],
    ['Python', 'ERROR:root:failed'],
    ['Python with a logger', '2024-01-02 03:04:05,123 - shop.orders - ERROR - failed'],
    ['gunicorn', '[2024-01-02 03:04:05 +0000] [7] [ERROR] Worker failed to boot.'],
    ['uvicorn', 'ERROR:    Exception in ASGI application'],
    ['structlog', '2024-01-02 03:04:05 [error    ] failed                  order=1'],
    ['loguru', '2024-01-02 03:04:05.123 | ERROR    | shop:pay:12 - failed'],
    ['celery', '[2024-01-02 03:04:05,123: ERROR/ForkPoolWorker-1] Task failed'],
    ['nginx', '2024/01/02 03:04:05 [error] 12#12: *1 connect() failed (111: refused)'],
    ['Apache', '[Tue Jan 02 03:04:05.123456 2024] [core:error] [pid 1] AH00124: exceeded'],
    ['Envoy', '[2024-01-02 03:04:05.123][1][critical][main] [source/server.cc:1] gone'],
    ['PostgreSQL', '2024-01-02 03:04:05 UTC [12] ERROR:  relation "x" does not exist'],
    ['PostgreSQL, fatal', '2024-01-02 03:04:05.123 GMT [12] FATAL:  password failed'],
    ['MySQL', '2024-01-02T03:04:05.123456Z 0 [ERROR] [MY-010119] [Server] Aborting'],
    ['Rails', 'E, [2024-01-02T03:04:05.123456 #1] ERROR -- : failed'],
    ['.NET', 'fail: Microsoft.AspNetCore.Server.Kestrel[13]'],
    ['Serilog', '[03:04:05 ERR] failed'],
    ['zerolog', '3:04PM ERR failed error=x'],
    ['zap for people', '2024-01-02T03:04:05.000Z\tERROR\tshop/pay.go:12\tfailed\t{"order": 1}'],
    ['winston', 'error: cannot connect'],
    ['winston with a time', '2024-01-02 03:04:05 error: cannot connect'],
    ['Java util logging', 'SEVERE: cannot connect'],
    ['Elixir', '03:04:05.123 [error] GenServer #PID<0.1.0> terminating'],
    ['colours', '\u001b[31mERROR\u001b[0m cannot connect'],
    ['colours in brackets', '[\u001b[31m\u001b[1mERROR\u001b[0m] cannot connect'],
    ['npm', 'npm ERR! missing script: start'],
    ['PHP', 'PHP Fatal error:  Uncaught Exception: x in /app/index.php:3'],
    ['a traceback', 'Traceback (most recent call last):'],
    ['a Java exception', 'java.lang.IllegalStateException: not now'],
    ['a Java exception without a text', 'java.lang.NullPointerException'],
    ['a thread', 'Exception in thread "main" java.lang.RuntimeException: x'],
    ['a Go panic', 'panic: runtime error: index out of range [1] with length 1'],
    ['a Go deadlock', 'fatal error: all goroutines are asleep - deadlock!'],
    ['a Rust panic', "thread 'main' panicked at src/main.rs:2:5:"],
    ['C++', "terminate called after throwing an instance of 'std::runtime_error'"],
    ['Node', "TypeError: Cannot read properties of undefined (reading 'x')"],
    ['Node with a code', "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'x'"],
    ['Node, a rejection', '(node:1) UnhandledPromiseRejectionWarning: Error: x'],
    ['.NET, unhandled', 'Unhandled exception. System.InvalidOperationException: x'],
    ['the browser', 'Uncaught TypeError: x is not a function'],
    ['the test application', 'fatal: something went wrong on purpose'],
  ])('%s', (_, line) => {
    const severity = severityOf(line);
    expect(severity && isAtLeast(severity, 'error')).toBe(true);
  });
});

describe('a line of a log is no error', () => {
  test.each([
    '0 errors',
    'no error',
    'no errors found',
    'error_count=0',
    'errors=0 warnings=0',
    'Errors: 0',
    'error: 0',
    'ERROR: 0',
    'Error: none',
    'ERROR COUNT: 0',
    'ERROR RATE 0.00',
    'ERROR',
    'Finished with 0 errors in 12 ms',
    'the error handler is registered',
    'ErrorHandler registered',
    'error handling is enabled',
    'Retrying after an error',
    'the user chose ERROR in the form',
    'GET /error HTTP/1.1" 200',
    '10.0.0.1 - - [02/Jan/2024:03:04:05 +0000] "GET /errors?level=error HTTP/1.1" 200 12',
    '10.0.0.1 - - [02/Jan/2024:03:04:05 +0000] "GET /a HTTP/1.1" 500 0 "-" "ERROR"',
    '2024-01-02 03:04:05 INFO [main] c.a.Shop - ERROR is a level',
    '2024-01-02T03:04:05.123Z  INFO 1 --- [main] c.a.ErrorController : ready',
    "2024-01-02 03:04:05 UTC [12] LOG:  statement: select 'ERROR: x'",
    'INFO:root:no ERROR here',
    '[info] [error] pages are served by default',
    'level=info msg="last error: none" error=null',
    'time=2024-01-02 level=debug msg="ERROR: x"',
    'compression level=9 error=none',
    '{"level":"info","msg":"ERROR: this is what the user wrote"}',
    '{"level":30,"msg":"panic: no"}',
    '{"level":6,"short_message":"failed"}',
    '{"severity":"NOTICE","message":"failed"}',
    '{"message":"no errors"}',
    '{"errors":0,"level":"debug"}',
    '{"t":{"$date":"x"},"s":"I","c":"NETWORK","msg":"ERROR"}',
    'I0102 03:04:05.123456       1 main.go:1] ERROR: not yet',
    'Listening on :8080',
    'info: Microsoft.Hosting.Lifetime[0]',
    '3:04PM INF ready error=',
    '2024-01-02 03:04:05 error rate is low',
    'error messages are in French now',
    'Error boundaries are on',
    '2024-01-02 03:04:05 fatal flaws are fixed',
    'Warning: deprecated',
    'WARN slow query',
    '',
    '   ',
    '{}',
    '{"level":',
    'panicking is not what we do',
    'fatalities: 0',
    'Traceback is off',
  ])('%s', (line) => {
    const severity = severityOf(line);
    expect(severity && isAtLeast(severity, 'error')).toBeFalsy();
  });
});

test.each([
  ['{"level":40,"msg":"slow"}', 'warn'],
  ['{"level":4,"short_message":"slow"}', 'warn'],
  ['WARN slow query', 'warn'],
  ['W0102 03:04:05.123456       1 main.go:1] slow', 'warn'],
  ['warn: Microsoft.AspNetCore[0]', 'warn'],
  ['(node:1) [DEP0040] DeprecationWarning: punycode', 'warn'],
  ['CRITICAL:root:gone', 'fatal'],
  ['{"level":"panic","msg":"x"}', 'fatal'],
  ['crit: Shop[0]', 'fatal'],
  ['{"level":50}', 'error'],
])('%s is of level %s', (line, level) => {
  expect(severityOf(line)).toBe(level);
});

test('no line takes long, however it is made', () => {
  const pieces = ['[', '(', '"', "'", 'a', '0', ' ', ':', '.', 'ERROR', '{', '\\', '<', '\u001b['];
  const line = fc
    .tuple(fc.constantFrom(...pieces), fc.constantFrom(...pieces), fc.constantFrom(...pieces))
    .map((parts) => parts.join('').repeat(20_000));
  fc.assert(
    fc.property(line, (text) => {
      const begin = performance.now();
      severityOf(text);
      expect(performance.now() - begin).toBeLessThan(200);
    }),
    { numRuns: 200 },
  );
});
