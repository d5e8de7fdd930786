// The forms S3's answers come in, shared by the files that give them.

import { type HttpReply, Refusal, type XmlValue, xml, xmlDeclaration } from '../../wire.js';

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

export const noContent: HttpReply = { status: 204, headers: {}, body: '' };

export function xmlReply(name: string, value: XmlValue): HttpReply {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: xmlBody(name, value),
  };
}

export function xmlBody(name: string, value: XmlValue): string {
  return xmlDeclaration + xml(name, value, namespace);
}

export function accessDenied(message: string): Refusal {
  return new Refusal(403, 'AccessDenied', message);
}
