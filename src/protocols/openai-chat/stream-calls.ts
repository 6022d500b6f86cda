/** Sorts the pieces of tool calls: by position, by id, or, where a provider gives neither, to the last call. */
import type { InferenceEvent } from '../../inference/index.ts'
import { isObject } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'

interface Call {
  readonly id: string
  name: string
  /** Its block; undefined until the name is known. */
  index: number | undefined
  /** Arguments that came before the name. */
  waiting: string
}

/** Calls stay open to the end of the answer, since their pieces may interleave. */
export class ToolCallReader {
  /** Gives ids of our own to calls that have none. */
  answerId = ''
  private readonly open: (block: { readonly id: string; readonly name: string }) => number
  private readonly calls: Call[] = []
  private readonly byPosition = new Map<number, Call>()

  /** `open` starts a block and gives its index. */
  constructor(open: (block: { readonly id: string; readonly name: string }) => number) {
    this.open = open
  }

  read(piece: JsonObject): readonly InferenceEvent[] {
    const called = isObject(piece.function) ? piece.function : isObject(piece.custom) ? piece.custom : {}
    const id = typeof piece.id === 'string' ? piece.id : ''
    const name = typeof called.name === 'string' ? called.name : ''
    const call = this.find(piece.index, id, name) ?? this.add(piece.index, id)
    const text = argumentsText(called.arguments ?? called.input)
    if (call.index === undefined) {
      call.name += name
      call.waiting += text
      return call.name === '' ? [] : this.begin(call)
    }
    return text === '' ? [] : [{ type: 'block-delta', index: call.index, text }]
  }

  close(): readonly InferenceEvent[] {
    const late = this.calls.filter((call) => call.index === undefined).flatMap((call) => this.begin(call))
    return [...late, ...this.calls.map((call) => ({ type: 'block-end' as const, index: call.index as number }))]
  }

  /** Some providers give every call position 0: another id with a name of its own is another call. */
  private find(position: unknown, id: string, name: string): Call | undefined {
    if (typeof position === 'number') {
      const known = this.byPosition.get(position)
      return known && id !== '' && id !== known.id && name !== '' ? undefined : known
    }
    if (id !== '') return this.calls.find((call) => call.id === id)
    return name === '' ? this.calls.at(-1) : undefined
  }

  private add(position: unknown, givenId: string): Call {
    const tail = this.answerId.replace(/[^a-zA-Z0-9]/g, '').slice(-24)
    const id = givenId === '' ? `call_${tail}_${this.calls.length}` : givenId
    const call: Call = { id, name: '', index: undefined, waiting: '' }
    this.calls.push(call)
    if (typeof position === 'number') this.byPosition.set(position, call)
    return call
  }

  private begin(call: Call): readonly InferenceEvent[] {
    call.index = this.open({ id: call.id, name: call.name })
    return call.waiting === '' ? [] : [{ type: 'block-delta', index: call.index, text: call.waiting }]
  }
}

/** A few servers send the arguments as an object, whole. */
function argumentsText(value: unknown): string {
  if (typeof value === 'string') return value
  return isObject(value) ? JSON.stringify(value) : ''
}
