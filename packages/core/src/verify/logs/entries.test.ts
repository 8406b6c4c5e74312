import { describe, expect, test } from '@jest/globals';
import { BEGINNING, entriesOf } from './entries.ts';

function texts(log: string): readonly string[] {
  return entriesOf(log.split('\n')).entries.map(({ text }) => text);
}

describe('one error is one entry', () => {
  test('with a Java stack trace below its line', () => {
    const log = `2024-01-02 03:04:05 ERROR [main] com.acme.Shop - cannot pay
java.lang.IllegalStateException: no money
\tat com.acme.Shop.pay(Shop.java:12)
\t... 3 more
Caused by: java.io.IOException: closed
\tat com.acme.Bank.ask(Bank.java:1)
2024-01-02 03:04:06 INFO [main] com.acme.Shop - next`;
    expect(texts(log)).toEqual(['2024-01-02 03:04:05 ERROR [main] com.acme.Shop - cannot pay']);
  });

  test('that is a stack trace alone', () => {
    expect(texts('TypeError: x\n    at a (a.js:1:1)\n    at b (b.js:1:1)')).toEqual([
      'TypeError: x',
    ]);
  });

  test('of Python, named by the exception that ends the traceback', () => {
    const log = `Traceback (most recent call last):
  File "a.py", line 1, in <module>
    pay()
ValueError: no money
INFO:root:next
Traceback (most recent call last):
  File "a.py", line 2, in <module>
KeyError: 'x'`;
    expect(texts(log)).toEqual(['ValueError: no money', "KeyError: 'x'"]);
  });

  test('of Python, with the line that says it', () => {
    const log = `ERROR:root:cannot pay
Traceback (most recent call last):
  File "a.py", line 1, in <module>
ValueError: no money

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "a.py", line 1, in <module>
KeyError: 'x'
ERROR:root:cannot ship`;
    expect(texts(log)).toEqual(['ERROR:root:cannot pay', 'ERROR:root:cannot ship']);
  });

  test('of Go, with its goroutines', () => {
    const log = `panic: runtime error: index out of range [1] with length 1

goroutine 1 [running]:
main.main()
\t/app/main.go:5 +0x1d
exit status 2`;
    expect(texts(log)).toHaveLength(1);
  });

  test('whose trace comes with the next reading', () => {
    const { position } = entriesOf(['ERROR:root:cannot pay', 'Traceback (most recent call last):']);
    const next = entriesOf(
      ['  File "a.py", line 1', 'ValueError: no money', 'ERROR:root:b'],
      position,
    );
    expect(next.entries.map(({ text }) => text)).toEqual(['ERROR:root:b']);
  });
});

test('two errors in a row are two', () => {
  expect(texts('ERROR a\nERROR a\nERROR: b')).toHaveLength(3);
});

test('an indented line is an error of its own where none is before it', () => {
  expect(texts('ready\n  ERROR x')).toEqual(['ERROR x']);
});

test('what is no error leaves nothing', () => {
  expect(entriesOf(['INFO a', 'ready'])).toEqual({ entries: [], position: BEGINNING });
});
