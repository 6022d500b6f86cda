/** What all image shapes do alike: read the prompt, number and size, write pictures as OpenAI's list. */

import type { Warning } from '../../inference/index.ts'
import { isObject, optional, positiveIntegerAt, present, stringAt, wrongField } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import type { Asked, RawBody } from '../reshape.ts'
import { leftOver, notThisShape, unsupported } from './answer.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

export interface PictureQuestion {
  readonly prompt: string
  readonly count: number
  /** undefined = the provider's own. */
  readonly size: Size | undefined
  readonly rest: JsonObject
  readonly warnings: readonly Warning[]
}

export interface PictureShape {
  /** How many pictures one request can make. */
  readonly most: number
  /** What the answer can hold; the first where the client does not say. */
  readonly gives: readonly ('url' | 'b64_json')[]
  /** Keys of OpenAI's body that the shape reads itself. */
  readonly reads?: readonly string[]
}

/** OpenAI's parameters that few others have. */
const ownWords = [
  'quality',
  'style',
  'background',
  'moderation',
  'output_format',
  'output_compression',
  'partial_images',
  'user',
]

export function readPictures({ body, model }: Asked, { most, gives, reads = [] }: PictureShape): PictureQuestion {
  if (body.stream === true) throw unsupported('stream', `'${model}' cannot stream pictures; leave stream out`)
  const count = optional(body.n, 'n', positiveIntegerAt) ?? 1
  if (count > most) throw unsupported('n', `n is ${count}; '${model}' makes at most ${most} a request`)
  const read = ['model', 'prompt', 'n', 'size', 'response_format', 'stream', ...reads]
  const dropped = ownWords.filter((key) => !reads.includes(key))
  const { rest, warnings } = leftOver(body, read, dropped)
  return {
    prompt: stringAt(body.prompt, 'prompt'),
    count,
    size: sizeOf(body.size),
    rest,
    warnings: [...warnings, ...otherFormat(body.response_format, gives)],
  }
}

function sizeOf(value: unknown): Size | undefined {
  if (value === undefined || value === null || value === 'auto') return undefined
  const [, width, height] = (typeof value === 'string' && /^(\d{2,5})x(\d{2,5})$/.exec(value)) || []
  if (width === undefined || height === undefined) throw wrongField('size', value, "'auto' or like '1024x1024'")
  return { width: Number(width), height: Number(height) }
}

function otherFormat(asked: unknown, gives: PictureShape['gives']): readonly Warning[] {
  if (asked === undefined || asked === null) return []
  if (asked !== 'url' && asked !== 'b64_json') throw wrongField('response_format', asked, "'url' or 'b64_json'")
  if (gives.includes(asked)) return []
  return [{ type: 'changed', field: 'response_format', reason: `the provider answers ${gives.join(' or ')} only` }]
}

/** The nearest of a provider's aspect ratios, told where it is not the same. */
export function aspectOf(
  size: Size | undefined,
  ratios: readonly string[],
): { readonly ratio: string | undefined; readonly warnings: readonly Warning[] } {
  if (size === undefined) return { ratio: undefined, warnings: [] }
  const wanted = size.width / size.height
  const far = (ratio: string) => Math.abs(Math.log(quotientOf(ratio) / wanted))
  const [ratio] = ratios.toSorted((one, other) => far(one) - far(other))
  if (ratio === undefined || far(ratio) < 0.001) return { ratio, warnings: [] }
  const reason = `the provider takes aspect ratios; ${ratio} is the nearest to ${size.width}x${size.height}`
  return { ratio, warnings: [{ type: 'changed', field: 'size', reason }] }
}

function quotientOf(ratio: string): number {
  const [width = 1, height = 1] = ratio.split(':').map(Number)
  return width / height
}

export interface Picture {
  readonly url?: unknown
  readonly b64_json?: unknown
  readonly revised_prompt?: unknown
}

export function writePictures(asked: Asked, data: readonly Picture[], usage?: JsonObject): JsonObject {
  return present({ created: Math.floor(asked.nowMs / 1_000), data, usage })
}

/** Of a list of base64 texts, each with or without the beginning of a data URL. */
export function inlinePictures(list: readonly unknown[]): readonly Picture[] {
  const texts = list.filter((each) => typeof each === 'string').map((text) => text.replace(/^data:[^,]*,/, ''))
  return texts.filter((text) => text !== '').map((text) => ({ b64_json: text }))
}

/** Of a list of `{url}` or `{b64_json}`. Throws `upstream_rejected` when there is none. */
export function listedPictures(list: readonly unknown[], answer: RawBody): readonly Picture[] {
  const pictures = list.filter(isObject).flatMap(({ url, b64_json, revised_prompt }) => {
    const picture = present({ url: filled(url), b64_json: filled(b64_json) })
    const said = { revised_prompt: filled(revised_prompt) }
    return Object.keys(picture).length === 0 ? [] : [present({ ...picture, ...said })]
  })
  if (pictures.length === 0) throw notThisShape('it holds no picture', answer)
  return pictures
}

function filled(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
