/** How is HTML written so that text can never become markup? */
import { html, htmlContent, htmlTextOnly } from '../escape.ts';

declare const markupBrand: unique symbol;

/** HTML made by {@link markup}, or written by hand in this project. */
export interface Markup {
  readonly [markupBrand]: true;
  readonly source: string;
}

export type Content = string | number | Markup | readonly Content[] | undefined;

/**
 * A template whose values are escaped, save those that are markup already: those inside a tag, where they stand in
 * double quotes (`href="${url}"`), so that they cannot end the attribute; those outside, so that they cannot begin a tag.
 */
export function markup(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let inTag = false;
  let source = '';
  for (const [index, part] of strings.entries()) {
    source += part;
    if (index >= values.length) break;
    const [opened, closed] = [part.lastIndexOf('<'), part.lastIndexOf('>')];
    if (opened !== closed) inTag = opened > closed;
    source += sourceOf(values[index], inTag ? html : takesTextOnly(source) ? htmlTextOnly : htmlContent);
  }
  return trusted(source);
}

/** Whether what follows stands in an element in which other elements of HTML would be no elements. */
function takesTextOnly(source: string): boolean {
  return /^<(?:title|option|text)[\s>]/.test(source.slice(source.lastIndexOf('<')));
}

/** Takes a text as markup. Only for what this project, or a library of its choice, wrote itself. */
export function trusted(source: string): Markup {
  return { source } as Markup;
}

/** A sentence of ours: what stands between backticks is quoted input and shows as code. */
export function prose(text: string): Markup {
  const parts = text.split('`');
  return trusted(
    parts
      .map((part, index) => {
        if (index % 2 === 0) return htmlContent(part);
        return index === parts.length - 1 ? htmlContent(`\`${part}`) : `<code>${htmlContent(part)}</code>`;
      })
      .join(''),
  );
}

function sourceOf(value: Content, escaped: (text: string) => string): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number') return String(value);
  if (isList(value)) return value.map((one) => sourceOf(one, escaped)).join('');
  return value.source;
}

function isList(value: Content): value is readonly Content[] {
  return Array.isArray(value);
}
