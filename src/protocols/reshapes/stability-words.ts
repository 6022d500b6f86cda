/** What Stability's image models are told, wherever they run. https://platform.stability.ai/docs/api-reference */

import type { Warning } from '../../inference/index.ts'
import { present } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import type { Asked } from '../reshape.ts'
import { aspectOf, readPictures } from './pictures.ts'

const ratios = ['16:9', '1:1', '21:9', '2:3', '3:2', '4:5', '5:4', '9:16', '9:21']

export function stabilityWords(
  asked: Asked,
  more: readonly string[],
): { readonly words: JsonObject; readonly warnings: readonly Warning[] } {
  const reads = ['aspect_ratio', 'output_format', ...more]
  const { prompt, size, rest, warnings } = readPictures(asked, { most: 1, gives: ['b64_json'], reads })
  const { aspect_ratio: given, output_format } = asked.body
  const { ratio, warnings: changed } = aspectOf(size, ratios)
  return {
    words: present({ ...rest, prompt, aspect_ratio: given ?? ratio, output_format }),
    warnings: [...warnings, ...changed],
  }
}
