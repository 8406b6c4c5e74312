import { describe, expect, test } from '@jest/globals';
import { annotationTags, annotationText, withVerdict } from './grafana.ts';

const FACTS = {
  app: 'shop',
  environment: 'staging',
  version: '1.4.2',
  release: '7',
  run: 'https://github.com/paal/shop/actions/runs/42',
};

describe('an annotation', () => {
  test('says what is where, and links to the run', () => {
    expect(annotationText(FACTS)).toBe(
      'shop 1.4.2 (release 7) in staging\n<a href="https://github.com/paal/shop/actions/runs/42">run</a>',
    );
  });

  test('says no more than is known', () => {
    const nothing = { environment: undefined, version: undefined, release: undefined };
    expect(annotationText({ ...FACTS, ...nothing, run: 'local' })).toBe('shop');
  });

  test('holds no markup but its own, whatever the texts', () => {
    const version = '<img src=x onerror="alert(1)">';
    const text = withVerdict(annotationText({ ...FACTS, version }), 'a < b & <script>');
    expect(text.replaceAll(/<a href="[^"]*">|<\/a>/g, '')).not.toMatch(/[<>"]/);
    expect(text).toContain('a &lt; b &amp; &lt;script&gt;');
  });

  test('has the tags that are configured, and those of what is verified, each once', () => {
    expect(annotationTags(['deployment', 'paal'], FACTS)).toEqual([
      'deployment',
      'paal',
      'app:shop',
      'environment:staging',
    ]);
  });
});
