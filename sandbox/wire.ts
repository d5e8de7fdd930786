// HTTP as the sandbox's services see it: a request read whole, a reply as a value, and the refusal that every service
// turns into its own error format. Nothing here knows an operation.

export type HttpRequest = {
  readonly method: string;
  /** As sent, still percent-encoded, without the query. */
  readonly path: string;
  /** As sent, without the question mark. */
  readonly queryString: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

export type HttpReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** For the record: which version of the bucket's policy was shown or made, counted from 0. */
  readonly policyVersion?: number;
};

/** An error answer: the service's error code, its message and the HTTP status. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export function jsonReply(status: number, value: unknown, contentType: string): HttpReply {
  return { status, headers: { 'content-type': contentType }, body: JSON.stringify(value) };
}

/** What an XML element may hold here: text, children by name, or a repeated element. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue };

/** Renders one element; an array repeats it and `undefined` leaves it out. */
export function xml(name: string, value: XmlValue, namespace?: string): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((item: XmlValue) => xml(name, item)).join('');
  const start = namespace === undefined ? name : `${name} xmlns="${namespace}"`;
  return `<${start}>${xmlContent(value)}</${name}>`;
}

export const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

function xmlContent(value: XmlValue): string {
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([name, child]) => xml(name, child))
      .join('');
  }
  return escapeXml(String(value));
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;');
}
