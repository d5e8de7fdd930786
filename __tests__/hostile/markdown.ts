// What a Markdown text holds that this program did not mean to write, as an independent parser reads it: the grammar is GitHub's
// (micromark, mdast), its second look for links in the parsed text included. Mentions and references to issues and commits are
// no part of the grammar: GitHub looks for them in the rendered text, one run of it at a time, and so does this.

import type { Nodes, Parents } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';

/** The HTML that the report is made of, character by character. */
const TAGS = /<(?:\/?(?:span|code|details|summary)|details open)>/g;
const COMMENTS = /^<!-- (?:cloudtrail-onboarding: [^<>]*|[a-z]+(?: \d{12})? · run \d+) -->$/;
const HEADING = /^(?:CloudTrail onboarding|Delivery)/;
const LINK = /^https:\/\/github\.com\/[\w./-]+\/actions\/runs\/\d+(?:\/attempts\/\d+)?$/;
const LANGUAGES: ReadonlySet<string> = new Set(['diff', 'json', 'sh']);

/** What GitHub makes a link of: a person, an issue, a commit, an address. */
const REFERENCE =
  /@[a-z0-9]|#\d|\bgh-\d|\b[0-9a-f]{40}\b|https?:\/\/|\bwww\.|mailto:|xmpp:|[\w.+-]+@[\w-]+\.\w/i;

const PLAIN: ReadonlySet<Nodes['type']> = new Set([
  'root',
  'paragraph',
  'list',
  'listItem',
  'table',
  'tableRow',
  'tableCell',
  'strong',
  'inlineCode',
  'break',
]);

export function parsedMarkdown(markdown: string): Parents {
  return fromMarkdown(markdown, {
    extensions: [gfm()],
    mdastExtensions: [gfmFromMarkdown()],
  });
}

/** Each element, mention or reference that is none of the report's own; empty for a report that is all its own. */
export function strayIn(markdown: string): readonly string[] {
  return strayOf(parsedMarkdown(markdown));
}

function strayOf(node: Nodes): readonly string[] {
  if (node.type === 'html') return strayHtml(node.value);
  if (node.type === 'text') return REFERENCE.test(node.value) ? [`reference: ${node.value}`] : [];
  if (node.type === 'link') return LINK.test(node.url) ? [] : [`link: ${node.url}`];
  if (node.type === 'code')
    return LANGUAGES.has(node.lang ?? '') ? [] : [`block: ${node.lang ?? 'indented'}`];
  const isOwn = node.type === 'heading' ? HEADING.test(textOf(node)) : PLAIN.has(node.type);
  return [
    ...(isOwn ? [] : [node.type]),
    ...('children' in node ? node.children.flatMap(strayOf) : []),
  ];
}

/** A block of HTML has its text in it; of two tags in a paragraph the text between is a node of its own. */
function strayHtml(html: string): readonly string[] {
  const texts = COMMENTS.test(html) ? [] : html.split(TAGS);
  return texts
    .filter((text) => /[<>]/.test(text) || REFERENCE.test(decoded(text)))
    .map((text) => `HTML: ${text}`);
}

function decoded(html: string): string {
  return html
    .replaceAll(/&#(\d+);/g, (_, point: string) => String.fromCodePoint(Number(point)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

export function textOf(node: Nodes): string {
  if ('children' in node) return node.children.map(textOf).join('');
  return node.type === 'text' || node.type === 'inlineCode' ? node.value : '';
}

/**
 * The elements as they nest, without texts: equal for two reports that differ in their texts alone. Inline code is left out,
 * for what is in it decides between two ways to write it.
 */
export function skeletonOf(markdown: string): string {
  return bones(parsedMarkdown(markdown));
}

function bones(node: Nodes): string {
  if (node.type === 'text' || node.type === 'inlineCode') return '';
  if (node.type === 'html')
    return (node.value.match(/<[^>]*>/g) ?? [])
      .filter((tag) => !/^<(?:\/?(?:span|code)|!--.*)>$/.test(tag))
      .join('');
  const name = node.type === 'code' ? `code ${node.lang ?? ''}` : node.type;
  return 'children' in node ? `${name}(${node.children.map(bones).join('')})` : `${name};`;
}
