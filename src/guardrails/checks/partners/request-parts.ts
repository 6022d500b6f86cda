/** What questions to services are made of: their addresses, and the text as a conversation. */
import { isObject, type JsonObject } from '../../check-parameters.ts'
import type { PartnerInput } from './partner.ts'

/** A part of a host name, and nothing else. */
export function readHostPart(credentials: Readonly<Record<string, string>>, key: string): string {
  const value = credentials[key] ?? ''
  if (/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i.test(value)) return value
  throw new Error(`credentials.${key} is no host name`)
}

/** An address without a slash at its end. */
export function readBaseUrl(given: string | undefined, fallback: string): string {
  const text = given === undefined || given === '' ? fallback : given
  if (!URL.canParse(text)) throw new Error('the base URL in the credentials is no URL')
  return text.replace(/\/+$/, '')
}

export interface Message {
  readonly role: 'user' | 'assistant'
  readonly content: string
}

/** The text in question as a conversation; an answer follows what was asked. */
export function messagesOf({ text, subject }: PartnerInput): readonly Message[] {
  if (subject.hook === 'input') return [{ role: 'user', content: text }]
  const asked = lastMessageText(subject.requestJson)
  return [...(asked === '' ? [] : [{ role: 'user', content: asked } as const]), { role: 'assistant', content: text }]
}

/** The text of the request's last message. */
export function lastMessageText({ messages, input, contents, prompt }: JsonObject): string {
  const list: unknown = messages ?? input ?? contents ?? prompt
  if (typeof list === 'string') return list
  const last: unknown = Array.isArray(list) ? list.at(-1) : undefined
  const content = isObject(last) ? (last.content ?? last.parts) : last
  if (typeof content === 'string') return content
  const parts: readonly unknown[] = Array.isArray(content) ? content : []
  return parts.flatMap((part) => (isObject(part) && typeof part.text === 'string' ? [part.text] : [])).join('\n')
}
