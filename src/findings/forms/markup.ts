/** How is HTML written so that text can never become markup? */
import { html } from '../escape.ts';

declare const markupBrand: unique symbol;

/** HTML made by {@link markup}, or written by hand in this project. */
export interface Markup {
  readonly [markupBrand]: true;
  readonly source: string;
}

export type Content = string | number | Markup | readonly Content[] | undefined;

/** A template whose values are escaped, save those that are markup already; values in attributes stand in double quotes. */
export function markup(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return trusted(strings.map((part, index) => part + (index < values.length ? sourceOf(values[index]) : '')).join(''));
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
        if (index % 2 === 0) return html(part);
        return index === parts.length - 1 ? html(`\`${part}`) : `<code>${html(part)}</code>`;
      })
      .join(''),
  );
}

function sourceOf(value: Content): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return html(value);
  if (typeof value === 'number') return String(value);
  if (isList(value)) return value.map(sourceOf).join('');
  return value.source;
}

function isList(value: Content): value is readonly Content[] {
  return Array.isArray(value);
}
