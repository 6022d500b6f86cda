/** Messages as a model takes them: who begins, what may be blank, which media it knows. */
import { GatewayError } from '../../errors.ts'
import type { Message, Part, Source, Warning } from '../../inference/index.ts'
import type { ModelTraits } from '../../model-traits/index.ts'
import { textOr } from '../fields.ts'
import { isTextType, typeOfContent, typeOfName } from './media-types.ts'

/** Stands for what the user said before; a single character that is no white space. */
const placeholder = '…'

interface MessageFit {
  readonly traits: ModelTraits
  readonly warnings: Warning[]
  /** The wire that is written. */
  readonly wire: string
}

export function fitMessages(messages: readonly Message[], fit: MessageFit): readonly Message[] {
  const { traits, warnings } = fit
  const fitted = messages.map((message) => ({
    ...message,
    content: fitParts(message.content, fit),
  }))
  return withUserLast(withUserFirst(fitted, traits, warnings), traits, warnings)
}

function fitParts(parts: readonly Part[], fit: MessageFit): readonly Part[] {
  const { traits, warnings, wire } = fit
  return parts.flatMap((part): readonly Part[] => {
    if (part.type === 'tool-result') return [{ ...part, content: fitParts(part.content, fit) }]
    if (part.type === 'other' && part.text !== undefined && part.carry?.wire !== wire) {
      const field = `messages.content.${textOr(part.carry?.fields.type, 'other')}`
      warnings.push({ type: 'changed', field, reason: 'this API has no such content; its text was sent' })
      return [{ type: 'text', text: part.text, ...(part.cache ? { cache: part.cache } : {}) }]
    }
    if (part.type === 'image' || part.type === 'document') return [fitMedia(part, traits)]
    const isBlank = (part.type === 'text' || part.type === 'refusal') && part.text !== '' && part.text.trim() === ''
    if (!isBlank || traits.allowsBlankText) return [part]
    const reason = 'text of white space alone is refused by this model and was left out'
    warnings.push({ type: 'dropped', field: 'messages.content', reason })
    return []
  })
}

type Media = Extract<Part, { type: 'image' | 'document' }>

/** What a file is decides its type, then its name; not which kind of part it came in. */
function fitMedia(part: Media, traits: ModelTraits): Part {
  const source = asInline(part.source)
  if (source.type !== 'base64') return part
  const mediaType = typeOf(source, part.type === 'document' ? part.name : undefined)
  const { detail: _, ...rest } = { detail: undefined, ...part }
  const known = { ...source, mediaType }
  if (mediaType.startsWith('image/')) {
    const detail = part.type === 'image' && part.detail !== undefined ? { detail: part.detail } : {}
    const { name: __, ...image } = { name: undefined, ...rest }
    return { ...image, type: 'image', source: known, ...detail }
  }
  const document = { ...rest, type: 'document' as const, source: known }
  if (traits.documentTypes === 'all' || traits.documentTypes.includes(mediaType)) return document
  if (isTextType(mediaType)) {
    const text = Buffer.from(source.base64, 'base64').toString('utf8')
    return { ...document, source: { type: 'text', text } }
  }
  if (mediaType === unknownType)
    return { ...document, source: { ...source, mediaType: traits.documentTypes[0] ?? unknownType } }
  throw new GatewayError(
    'unsupported_parameter',
    `a file is of type '${mediaType.slice(0, 80)}', which this model does not read; send it as ${traits.documentTypes.join(', ')} or as text`,
    { param: 'messages' },
  )
}

const unknownType = 'application/octet-stream'

/** A data address is the content itself. */
function asInline(source: Source): Source {
  if (source.type !== 'url') return source
  const inline = /^data:([^;,]*)(?:;[^;,]+)*;base64,(.*)$/s.exec(source.url)
  return inline ? { type: 'base64', mediaType: inline[1] || unknownType, base64: inline[2] as string } : source
}

function typeOf({ mediaType, base64 }: Extract<Source, { type: 'base64' }>, name: string | undefined): string {
  const type = mediaType.toLowerCase()
  if (type === 'image/jpg') return 'image/jpeg'
  return type === unknownType || type === '' ? (typeOfName(name) ?? typeOfContent(base64) ?? unknownType) : type
}

function withUserFirst(messages: readonly Message[], traits: ModelTraits, warnings: Warning[]): readonly Message[] {
  const at = messages.findIndex(isSpoken)
  if (!traits.userFirst || messages[at]?.role !== 'assistant') return messages
  const reason = `this provider wants the user to speak first; '${placeholder}' was put before the conversation`
  warnings.push({ type: 'changed', field: 'messages', reason })
  return [
    ...messages.slice(0, at),
    { role: 'user', content: [{ type: 'text', text: placeholder }] },
    ...messages.slice(at),
  ]
}

/** The beginning of an answer, written for the model, which some refuse. */
function withUserLast(messages: readonly Message[], traits: ModelTraits, warnings: Warning[]): readonly Message[] {
  const last = messages.filter(isSpoken).at(-1)
  if (traits.prefill || last?.role !== 'assistant' || messages.filter(isSpoken).length < 2) return messages
  const reason = 'this model does not continue an answer that was begun for it; it was asked to go on'
  warnings.push({ type: 'changed', field: 'messages', reason })
  return [...messages, { role: 'user', content: [{ type: 'text', text: 'Continue from where you stopped.' }] }]
}

function isSpoken({ role, content }: Message): boolean {
  return (role === 'user' || role === 'assistant') && content.length > 0
}
