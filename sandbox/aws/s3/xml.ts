// Reads the XML that S3 is sent: elements and text, no more than its clients write. Attributes, comments and character
// data sections are not kept.

import type { XmlValue } from '../../wire.js';

/** Children by name; one that is repeated is a list. */
export type Element = { readonly [name: string]: XmlValue };

/** The root's name and content; undefined for what is no XML. */
export function readXml(text: string): readonly [root: string, content: XmlValue] | undefined {
  const tokens = [
    ...text.replace(/^<\?[^>]*\?>/, '').matchAll(/<(\/?)([\w:-]+)[^>]*?(\/?)>|([^<]+)/g),
  ];
  const top: Open = { name: '', children: {}, text: '' };
  const open: Open[] = [top];
  for (const [, closing, name = '', selfClosing, content] of tokens) {
    const element = open.at(-1) ?? top;
    if (content !== undefined) element.text += content;
    else if (closing === '/') {
      if (element.name !== name || element === top) return undefined;
      open.pop();
      add(open.at(-1) ?? top, name, contentOf(element));
    } else if (selfClosing === '/') add(element, name, '');
    else open.push({ name, children: {}, text: '' });
  }
  const [root] = Object.entries(top.children);
  return open.length === 1 && root !== undefined ? root : undefined;
}

/** The text of a child; empty where there is none. */
export function textOf(element: Element | undefined, name: string): string {
  const value = element?.[name];
  return typeof value === 'string' ? value : '';
}

/** The children of one name, those that hold elements. */
export function childrenOf(element: Element | undefined, name: string): readonly Element[] {
  return [element?.[name]].flat().filter((item): item is Element => typeof item === 'object');
}

type Open = { readonly name: string; readonly children: Record<string, XmlValue>; text: string };

function add(parent: Open, name: string, value: XmlValue): void {
  const before = parent.children[name];
  parent.children[name] = before === undefined ? value : [before, value].flat();
}

function contentOf({ children, text }: Open): XmlValue {
  return Object.keys(children).length > 0 ? children : unescapeXml(text.trim());
}

function unescapeXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}
